import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { hashOf } from './canonical';
import { ANSWER_WITHIN_MS, Hub, type HubState, type Notice } from './hub';
import type { ToHub } from './messages';
import { slices, snapshot, voice } from './testing/slices';

let sent: ToHub[];
let states: HubState[];
let notices: Notice[];
let hub: Hub;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  states = [];
  notices = [];
  hub = new Hub({ state: (state) => states.push(state), notice: (notice) => notices.push(notice) });
});
afterEach(() => void vi.useRealTimers());

function open(held = slices()): void {
  hub.opened((message) => sent.push(message));
  hub.receive(snapshot(held));
}

function commands(): Extract<ToHub, { type: 'command' }>[] {
  return sent.filter((message) => message.type === 'command');
}

test('a snapshot is held and makes the connection open', () => {
  open();
  expect(hub.state.connection).toBe('open');
  expect(hub.state.slices.voice?.status).toBe('connected');
  expect(hub.state.snapshots).toBe(1);
});

test('a change replaces what it names and leaves the rest as it was', () => {
  open();
  const before = hub.state.slices;
  hub.receive({ type: 'change', frame: 1, slices: { speaking: { users: ['ada'] } }, gone: ['stage'] });
  expect(hub.state.slices.speaking?.users).toEqual(['ada']);
  expect(hub.state.slices.voice).toBe(before.voice);
  expect(hub.state.slices).not.toHaveProperty('stage');
  expect(before.stage).toBeDefined();
});

test('a notice is told once and is not state', () => {
  open();
  const count = states.length;
  hub.receive({ type: 'notice', frame: 1, name: 'participant.joined', params: { name: 'Işıl' } });
  expect(notices).toEqual([{ name: 'participant.joined', params: { name: 'Işıl' } }]);
  expect(states).toHaveLength(count);
});

test('a check with my own hash changes nothing', () => {
  open();
  hub.receive({ type: 'check', frame: 1, hash: hashOf(hub.state.slices) });
  expect(sent).toEqual([]);
});

test('a differing hash asks for a new snapshot, and only once', () => {
  open();
  hub.receive({ type: 'check', frame: 1, hash: '00000000' });
  hub.receive({ type: 'change', frame: 2, slices: { voice: voice({ muted: true }) }, gone: [] });
  hub.receive({ type: 'check', frame: 3, hash: '00000000' });
  expect(sent).toEqual([{ type: 'resync', frame: 1 }]);
  expect(hub.state.slices.voice?.muted).toBe(false);
});

test('a gap in the frames asks for a new snapshot, which heals', () => {
  open();
  hub.receive({ type: 'change', frame: 2, slices: { voice: voice({ muted: true }) }, gone: [] });
  expect(sent).toEqual([{ type: 'resync', frame: 0 }]);
  hub.receive(snapshot(slices({ voice: voice({ muted: true }) })));
  hub.receive({ type: 'change', frame: 1, slices: { speaking: { users: [] } }, gone: [] });
  expect(hub.state.slices.voice?.muted).toBe(true);
  expect(hub.state.slices.speaking?.users).toEqual([]);
  expect(sent).toHaveLength(1);
});

test('a command gets the answer with its own id', async () => {
  open();
  const first = hub.send('voice.mute', { on: true });
  const second = hub.send('voice.leave', {});
  const ids = commands().map((message) => message.id);
  hub.receive({ type: 'result', id: ids[1] ?? 0, ok: true });
  hub.receive({
    type: 'result',
    id: ids[0] ?? 0,
    ok: false,
    error: { code: 'rate_limited', params: { n: 1 } },
  });
  expect(await second).toEqual({ ok: true });
  expect(await first).toEqual({ ok: false, error: { code: 'rate_limited', params: { n: 1 } } });
});

test('a second answer to the same command is dropped', async () => {
  open();
  const answer = hub.send('voice.mute', { on: true });
  const id = commands()[0]?.id ?? 0;
  hub.receive({ type: 'result', id, ok: true });
  hub.receive({ type: 'result', id, ok: false, error: { code: 'timed_out', params: {} } });
  expect(await answer).toEqual({ ok: true });
});

test('answers are taken while a new snapshot is awaited', async () => {
  open();
  const answer = hub.send('voice.mute', { on: true });
  hub.receive({ type: 'check', frame: 1, hash: '00000000' });
  hub.receive({ type: 'result', id: commands()[0]?.id ?? 0, ok: true });
  expect(await answer).toEqual({ ok: true });
});

test('a command without a connection is refused at once', async () => {
  expect(await hub.send('voice.leave', {})).toEqual({
    ok: false,
    error: { code: 'not_connected', params: {} },
  });
});

test('a broken connection answers every open command and keeps the last state', async () => {
  open();
  const answer = hub.send('voice.leave', {});
  hub.closed();
  expect(await answer).toEqual({ ok: false, error: { code: 'connection_lost', params: {} } });
  expect(hub.state.connection).toBe('down');
  expect(hub.state.slices.voice).toBeDefined();
});

test('a silent hub is given up on', async () => {
  open();
  const answer = hub.send('voice.leave', {});
  vi.advanceTimersByTime(ANSWER_WITHIN_MS);
  expect(await answer).toEqual({ ok: false, error: { code: 'no_answer', params: {} } });
});

test('a refusal is kept as the reason', () => {
  open();
  hub.closed('bad_token');
  expect(hub.state).toMatchObject({ connection: 'refused', refusal: 'bad_token' });
});

test('a new connection starts its frames anew', () => {
  open();
  hub.receive({ type: 'change', frame: 1, slices: {}, gone: [] });
  hub.closed();
  open(slices({ voice: voice({ muted: true }) }));
  hub.receive({ type: 'change', frame: 1, slices: { speaking: { users: [] } }, gone: [] });
  expect(sent).toEqual([]);
  expect(hub.state).toMatchObject({ connection: 'open', snapshots: 2 });
});
