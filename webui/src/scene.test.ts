import { expect, test } from 'vitest';
import type { Slices } from './protocol';
import { callName, peopleIn, placements, remedyOf, sceneOf, unplaced, wayBack, type Scene } from './scene';
import { directory, idle, person, placed, plugin, slices, voice } from './testing/slices';

const signedOut = directory({ status: 'signed_out', account: null, servers: [] });
const without = (...names: (keyof Slices)[]): Slices => {
  const held = slices({ voice: idle });
  for (const name of names) delete held[name];
  return held;
};

test.each<[string, Slices, Scene]>([
  ['everything off', without('voice', 'stage', 'directory'), 'nothing'],
  ['only voice off', without('voice'), 'no_voice'],
  ['only layout on', without('voice', 'directory'), 'no_voice'],
  ['idle and signed in', without(), 'idle'],
  ['idle without layout', without('stage'), 'idle'],
  ['idle and signed out', slices({ voice: idle, directory: signedOut }), 'sign_in'],
  [
    'a kept login is tried',
    slices({ voice: idle, directory: { ...signedOut, status: 'connecting' } }),
    'greeting',
  ],
  [
    'a kept login cannot be tried',
    slices({ voice: idle, directory: { ...signedOut, status: 'stale' } }),
    'out_of_reach',
  ],
  ['idle without sync', without('directory'), 'no_sync'],
  ['joining', slices({ voice: voice({ status: 'connecting', people: [] }) }), 'connecting'],
  ['in a call', slices(), 'call'],
  ['in a call that is not filled yet', slices({ voice: voice({ people: [] }) }), 'call'],
  ['in a call, signed out meanwhile', slices({ directory: signedOut }), 'call'],
  ['reconnecting', slices({ voice: voice({ status: 'reconnecting' }) }), 'call'],
  ['lost with the people still known', slices({ voice: voice({ status: 'lost' }) }), 'call'],
  ['lost with nobody', slices({ voice: voice({ status: 'lost', people: [] }) }), 'broken'],
  ['never connected', slices({ voice: voice({ status: 'failed', people: [] }) }), 'broken'],
])('%s', (_, held, scene) => {
  expect(sceneOf(held)).toBe(scene);
});

test.each([
  [[plugin('voice', { state: 'off' })], 'switch'],
  [[plugin('voice', { state: 'failed' })], 'switch'],
  [[plugin('voice', { state: 'blocked' })], 'blocked'],
  [[plugin('other')], 'absent'],
])('a part that is missing can be had: %#', (plugins, remedy) => {
  expect(remedyOf(plugins, 'voice')).toBe(remedy);
});

test('my own channel lists whom voice knows, others whom the server names', () => {
  const held = slices();
  expect(peopleIn({ id: 'c1', people: ['ghost'] }, held).map((each) => each.user)).toEqual(['ada', 'mehmet']);
  expect(peopleIn({ id: 'c2', people: ['ümit', 'kit'] }, held).map((each) => each.name)).toEqual([
    'Ümit',
    'kit',
  ]);
});

test('of a call that is lost the server end knows who is in it, as long as it can be asked', () => {
  const users = (status: 'connected' | 'stale'): string[] => {
    const held = slices({ voice: voice({ status: 'lost' }), directory: directory({ status }) });
    return peopleIn({ id: 'c1', people: ['kit'] }, held).map((each) => each.user);
  };
  expect(users('connected')).toEqual(['kit']);
  expect(users('stale')).toEqual(['ada', 'mehmet']);
});

test('the server end names people better than their tokens do', () => {
  const people = { mehmet: { user: 'mehmet', name: 'Mehmet the Great', avatar: '' } };
  const held = slices({ directory: directory({ people }) });
  expect(peopleIn({ id: 'c1', people: [] }, held).map((each) => each.name)).toEqual([
    'Ada Lovelace',
    'Mehmet the Great',
  ]);
});

test('a call of a channel that nobody lists has no name', () => {
  expect(callName(slices())).toBe('Lobby');
  expect(callName(slices({ voice: voice({ channel: 'gone' }) }))).toBe('');
});

test.each([
  [voice({ status: 'lost' }), 'rejoin'],
  [voice({ status: 'lost', reason: 'moved' }), 'take_back'],
  [voice({ status: 'lost', channel: '' }), 'direct'],
  [voice({ status: 'failed', reason: 'restart_needed' }), 'none'],
])('a call that is gone can be had again: %#', (gone, way) => {
  expect(wayBack(gone)).toBe(way);
});

test('a window that only watches shows what main shows', () => {
  expect(placements(slices(), 'watch-1', true)).toHaveLength(2);
  expect(placements(slices(), 'watch-1', false)).toEqual([]);
  expect(placements(without('stage'), 'main', false)).toBeNull();
});

test('people without a tile are counted', () => {
  const held = slices({ voice: voice({ people: [person('a'), person('b'), person('c')] }) });
  expect(unplaced(held, [placed('a'), placed('a', { kind: 'screen' })])).toBe(2);
});
