// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keyText } from './keys';
import { CLOSE_TICKET, MediaSocket } from './socket';

class FakeSocket {
  static all: FakeSocket[] = [];
  readonly OPEN = 1;
  readyState = 1;
  binaryType = '';
  sent: (string | ArrayBuffer)[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(data: string | ArrayBuffer): void {
    this.sent.push(data);
  }
  close = vi.fn(() => {
    this.readyState = 3;
  });
}

const door = { port: 4000, ticket: 't' };

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

function setUp(draw = vi.fn()) {
  const streams: [number, string][][] = [];
  const socket = new MediaSocket(
    { streams: (now) => streams.push([...now]), batch: draw },
    (url) => new FakeSocket(url) as unknown as WebSocket,
  );
  return { socket, streams, draw, latest: () => FakeSocket.all.at(-1) as FakeSocket };
}

function batch(number: number): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  new DataView(buffer).setUint32(0, number, true);
  return buffer;
}

test('it shows its ticket first', () => {
  const { socket, latest } = setUp();
  socket.open(door);
  latest().onopen?.();
  expect(latest().url).toBe('ws://127.0.0.1:4000/');
  expect(latest().sent).toEqual(['{"ticket":"t"}']);
});

test('a batch is acknowledged after it was drawn', () => {
  const order: string[] = [];
  const { socket, latest } = setUp(vi.fn(() => order.push('drawn')));
  socket.open(door);
  latest().send = () => order.push('acknowledged');
  latest().onmessage?.({ data: batch(3) });
  expect(order).toEqual(['drawn', 'acknowledged']);
});

test('a batch that could not be drawn is acknowledged all the same', () => {
  const { socket, latest } = setUp(
    vi.fn(() => {
      throw new Error('no memory');
    }),
  );
  socket.open(door);
  expect(() => latest().onmessage?.({ data: batch(3) })).toThrow('no memory');
  expect(latest().sent).toEqual([new Uint8Array([3, 0, 0, 0]).buffer]);
});

test('streams are told by key, and all of them end with the socket', () => {
  const { socket, latest, streams } = setUp();
  socket.open(door);
  latest().onmessage?.({ data: '{"streams":{"2":{"user":"ann","kind":"camera","n":0}}}' });
  latest().onclose?.({ code: 1006 });
  expect(streams).toEqual([[[2, keyText({ user: 'ann', kind: 'camera' })]], []]);
});

test('a lost connection comes back, each time later, and soon again after it has worked', () => {
  const { socket, latest } = setUp();
  socket.open(door);
  latest().onclose?.({ code: 1006 });
  vi.advanceTimersByTime(99);
  expect(FakeSocket.all).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(FakeSocket.all).toHaveLength(2);
  latest().onclose?.({ code: 4008 });
  vi.advanceTimersByTime(199);
  expect(FakeSocket.all).toHaveLength(2);
  vi.advanceTimersByTime(1);
  latest().onmessage?.({ data: '{"streams":{}}' });
  latest().onclose?.({ code: 4008 });
  vi.advanceTimersByTime(100);
  expect(FakeSocket.all).toHaveLength(4);
});

test('a refused ticket is not tried again, a new one is', () => {
  const { socket, latest } = setUp();
  socket.open(door);
  latest().onclose?.({ code: CLOSE_TICKET });
  vi.advanceTimersByTime(60_000);
  expect(FakeSocket.all).toHaveLength(1);
  socket.open({ port: 4000, ticket: 'u' });
  expect(FakeSocket.all).toHaveLength(2);
});

test('the same door again changes nothing, another one replaces the socket', () => {
  const { socket, latest, streams } = setUp();
  socket.open(door);
  const first = latest();
  socket.open({ ...door });
  expect(FakeSocket.all).toHaveLength(1);
  socket.open({ port: 4001, ticket: 't' });
  expect(first.close).toHaveBeenCalled();
  first.onmessage?.({ data: '{"streams":{"1":{"user":"old","kind":"camera","n":0}}}' });
  expect(streams).toEqual([[]]);
});

test('no door closes for good', () => {
  const { socket, latest } = setUp();
  socket.open(door);
  latest().onclose?.({ code: 1006 });
  socket.open(null);
  vi.advanceTimersByTime(60_000);
  expect(FakeSocket.all).toHaveLength(1);
});
