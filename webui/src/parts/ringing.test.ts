/** Calling people into a channel, and being called: what is offered, asked and told. */
import '../testing/browser';
import { flushSync, tick } from 'svelte';
import { beforeEach, expect, test, vi } from 'vitest';
import { dialogs } from '../dialogs.svelte';
import type { Directory, Ring } from '../protocol';
import { callable, callingPlace, leavesCall, placeFor } from '../ringing';
import { answer, asked, button, click, draw, hold } from '../testing/draw';
import { directory, idle, slices, voice } from '../testing/slices';
import { noticeText } from '../words';
import Channels from './Channels.svelte';
import RingDialog from './RingDialog.svelte';
import Rings from './Rings.svelte';
import ServerMembers from './ServerMembers.svelte';
import SettingsNotifications from './SettingsNotifications.svelte';

const bo: Ring = { channel: 'c1', user: 'bo', name: 'Bo', place: 'Lobby' };
const silent = { incoming: [], outgoing: [] };
const server = directory().servers[0]!;
const lobby = server.channels[0]!;
const text = (): string => document.body.textContent.replace(/\s+/g, ' ');
const labels = (): string[] => [...document.querySelectorAll('button')].map((each) => each.ariaLabel ?? each.textContent.trim());

function ringing(incoming: Ring[], outgoing: Ring[] = [], more: Parameters<typeof slices>[0] = {}): void {
  hold(slices({ ringing: { incoming, outgoing }, ...more }));
}

beforeEach(() => {
  dialogs.close();
  ringing([]);
});

test('who calls is announced at once, and answering and declining are one click each', async () => {
  draw(Rings, {});
  expect(document.querySelector('[role=alert]')).toBeNull();
  ringing([bo], [], { voice: idle });
  expect(document.querySelector('[role=alert]')?.textContent).toMatch(/Bo is calling you\s*Into Lobby$/);
  click('Not now');
  expect(asked().at(-1)).toEqual(['ringing.dismiss', { channel: 'c1', user: 'bo' }]);
  await answer();
  await vi.waitFor(() => expect(button('Join').disabled).toBe(false));
  click('Join');
  expect(asked().at(-1)).toEqual(['ringing.answer', { channel: 'c1', user: 'bo' }]);
  expect(button('Join').disabled).toBe(true); // a second click is no second answer
  ringing([]);
  expect(document.querySelector('[role=alert]')).toBeNull();
});

test('who is in another call is told that they leave it', () => {
  draw(Rings, {});
  ringing([{ ...bo, channel: 'c2', place: 'Müzik' }]);
  expect(text()).toContain('Into Müzik · You leave the call that you are in');
  ringing([bo]); // into the very channel where I am
  expect(text()).not.toContain('You leave');
});

test('whom I call is shown until I cancel', () => {
  draw(Rings, {});
  ringing([], [bo]);
  expect(document.querySelector('[role=status]')?.textContent).toBe('Calling Bo…');
  click('Cancel: Bo');
  expect(asked().at(-1)).toEqual(['ringing.cancel', { channel: 'c1', user: 'bo' }]);
});

test('a window that only watches shows calls and answers none', () => {
  draw(Rings, {});
  hold(slices({ ringing: { incoming: [bo], outgoing: [bo] } }), { watch_only: true });
  expect(text()).toContain('Bo is calling you');
  expect(document.querySelectorAll('button')).toHaveLength(0);
});

test('people are called from the channel where I am, and only while that can be done', () => {
  draw(Channels, { onjoin: () => undefined });
  click('Call somebody into Lobby');
  expect(dialogs.shown).toEqual({ kind: 'ring', channel: 'c1' });
  click('Call Ümit into Lobby'); // who is in another channel of the server
  expect(asked().at(-1)).toEqual(['ringing.call', { channel: 'c1', user: 'ümit' }]);
  const calls = (): string[] => labels().filter((each) => each.startsWith('Call '));
  ringing([], [{ ...bo, user: 'ümit' }]);
  expect(calls()).toEqual(['Call somebody into Lobby']);
  const stale: Directory = directory({ status: 'stale' });
  for (const more of [{ voice: idle }, { voice: voice({ status: 'lost' }) }, { directory: stale }, { ringing: undefined }]) {
    ringing([], [], more);
    expect(calls()).toEqual([]);
  }
});

test('a member list offers to call whoever is not there', () => {
  draw(ServerMembers, { server });
  expect(labels()).toContain('Call Ümit into Lobby');
  expect(labels()).not.toContain('Call Ada Lovelace into Lobby'); // that is me
  const there = { ...server, channels: [{ ...lobby, people: ['ümit'] }, server.channels[1]!] };
  ringing([], [], {
    directory: directory({ servers: [there] }),
    voice: voice({ people: [...voice().people, { ...voice().people[1]!, user: 'ümit' }] }),
  });
  expect(labels()).not.toContain('Call Ümit into Lobby');
});

test('the dialog asks for the members while it is open, calls, cancels, and says what was refused', async () => {
  const target = draw(RingDialog, { server, channel: lobby, onclose: () => undefined });
  expect(asked()).toEqual([['directory.look_after', { server: 's1' }]]);
  expect(text()).toContain('Ümit');
  expect(text()).not.toContain('Ada Lovelace');
  await answer();
  click('Call Ümit');
  expect(asked().at(-1)).toEqual(['ringing.call', { channel: 'c1', user: 'ümit' }]);
  await answer({ code: 'being_called' });
  await tick();
  expect(text()).toContain('Somebody else is calling this person');
  ringing([], [{ ...bo, user: 'ümit' }]);
  expect(text()).toContain('Calling Ümit…');
  click('Cancel: Ümit');
  expect(asked().at(-1)).toEqual(['ringing.cancel', { channel: 'c1', user: 'ümit' }]);
  expect(target).toBeDefined();
});

test('who is alone on a server is told so, once the members are known', () => {
  const alone = { ...server, members: [server.members[0]!] };
  draw(RingDialog, { server: { ...server, members: [] }, channel: lobby, onclose: () => undefined });
  expect(text()).not.toContain('Everybody of this server');
  draw(RingDialog, { server: alone, channel: lobby, onclose: () => undefined });
  expect(text()).toContain('Everybody of this server is here already.');
});

test('whom I can call follows from where I am and who is there', () => {
  const held = slices({ ringing: silent });
  expect(callingPlace(held)?.channel.name).toBe('Lobby');
  expect(callable(server, lobby, held, 'en').map((each) => each.user)).toEqual(['ümit']);
  expect(placeFor(held, server, 'ümit')?.id).toBe('c1');
  expect(placeFor(held, { ...server, id: 's2' }, 'ümit')).toBeUndefined();
  expect(placeFor(held, server, 'ada')).toBeUndefined();
  expect(callingPlace(slices({ ringing: silent, voice: voice({ channel: '' }) }))).toBeUndefined(); // a direct link
  expect(leavesCall(held, bo)).toBe(false);
  expect(leavesCall({ ...held, voice: idle }, { ...bo, channel: 'c2' })).toBe(false);
});

test('whether others may call me is a switch, where there is somebody who calls', () => {
  draw(SettingsNotifications, {});
  expect(text()).not.toContain('Others may call me');
  hold(slices({ settings: { values: { 'app.language': 'en', 'sync.calls': true } } }));
  flushSync();
  document.querySelector<HTMLElement>('[role=switch][aria-label="Calls: Others may call me"]')?.click();
  expect(asked().at(-1)).toEqual(['settings.set', { name: 'sync.calls', value: false }]);
});

test('what became of a call is told in words', () => {
  const say = (name: string, params: Record<string, unknown>): string => noticeText({ name, params });
  expect(say('ringing.missed', { name: 'Bo', channel: 'Lobby' })).toBe('You missed a call by Bo into Lobby');
  expect(say('ringing.declined', { name: 'Bo' })).toBe('Bo cannot come now');
  expect(say('ringing.unanswered', { name: 'Bo' })).toBe('Bo did not answer');
});
