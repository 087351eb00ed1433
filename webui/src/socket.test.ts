import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HubSocket, surroundings, type Surroundings } from './socket';
import { slices, snapshot } from './testing/slices';
import { FakeWebSocket } from './testing/websocket';

let sockets: FakeWebSocket[];
let kept: Map<string, string>;
let used: number;
let closed: string[];

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  kept = new Map();
  used = 0;
  closed = [];
});
afterEach(() => void vi.useRealTimers());

function start(more: Partial<Surroundings> = {}): HubSocket {
  const socket = new HubSocket(
    {
      url: 'ws://127.0.0.1:1/ws',
      page: 'main',
      token: 'token',
      storage: {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => void kept.set(key, value),
      },
      connect: (url) => {
        const made = new FakeWebSocket(url);
        sockets.push(made);
        return made as unknown as WebSocket;
      },
      tokenUsed: () => (used += 1),
      ...more,
    },
    { opened: () => undefined, received: () => undefined, closed: (refusal) => closed.push(refusal) },
  );
  socket.start();
  return socket;
}

function last(): FakeWebSocket {
  const socket = sockets.at(-1);
  if (!socket) throw new Error('no socket was opened');
  return socket;
}

test('the first message is a hello with the token', () => {
  start();
  last().accept();
  expect(last().sent).toEqual([{ type: 'hello', token: 'token', secret: '', page: 'main', protocol: 1 }]);
});

test('a dropped socket comes back with the secret instead of the token', () => {
  start();
  last().accept();
  last().bring(snapshot(slices(), { secret: 'mine' }));
  expect(used).toBe(1);
  last().drop();
  vi.advanceTimersByTime(100);
  last().accept();
  expect(last().sent).toEqual([{ type: 'hello', token: '', secret: 'mine', page: 'main', protocol: 1 }]);
  expect(sockets).toHaveLength(2);
});

test('a reload comes back with the secret that was kept', () => {
  kept.set('xcord.secret', 'mine');
  start({ token: '' });
  last().accept();
  expect(last().sent).toMatchObject([{ token: '', secret: 'mine' }]);
});

test('a new token wins over an old secret', () => {
  kept.set('xcord.secret', 'old');
  start();
  last().accept();
  expect(last().sent).toMatchObject([{ token: 'token', secret: '' }]);
});

test('without a secret the token is shown again: a token for watching is reusable', () => {
  start();
  last().accept();
  last().bring(snapshot(slices(), { secret: '' }));
  last().drop();
  vi.advanceTimersByTime(100);
  last().accept();
  expect(used).toBe(0);
  expect(last().sent).toMatchObject([{ token: 'token' }]);
});

test('waits double up to five seconds and start small again after a snapshot', () => {
  start();
  const waits = [100, 200, 400, 800, 1600, 3200, 5000, 5000];
  for (const [index, wait] of waits.entries()) {
    last().drop();
    vi.advanceTimersByTime(wait - 1);
    expect(sockets).toHaveLength(index + 1);
    vi.advanceTimersByTime(1);
    expect(sockets).toHaveLength(index + 2);
  }
  last().accept();
  last().bring(snapshot(slices()));
  last().drop();
  vi.advanceTimersByTime(100);
  expect(sockets).toHaveLength(waits.length + 2);
});

test.each([
  [4001, 'bad_token'],
  [4002, 'protocol'],
  [4003, 'bad_hello'],
])('code %i is final and says why', (code, reason) => {
  start();
  last().accept();
  last().drop(code, reason);
  vi.advanceTimersByTime(60_000);
  expect(closed).toEqual([reason]);
  expect(sockets).toHaveLength(1);
});

test('a refusal without a word still has one', () => {
  start();
  last().accept();
  last().drop(4001);
  expect(closed).toEqual(['bad_token']);
});

test('a stopped socket stays away', () => {
  const socket = start();
  last().accept();
  socket.stop();
  vi.advanceTimersByTime(60_000);
  expect(sockets).toHaveLength(1);
});

test('the token is read from the fragment and leaves the address when it is used', () => {
  history.replaceState(null, '', '/main.html#t=abc&other=1');
  const around = surroundings('main');
  expect(around.token).toBe('abc');
  around.tokenUsed();
  expect(location.hash).toBe('#other=1');
  expect(location.href).not.toContain('abc');
});
