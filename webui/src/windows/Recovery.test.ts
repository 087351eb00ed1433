/** The window while a call is lost, saved, or never came. */
import '../testing/browser';
import { beforeEach, expect, test } from 'vitest';
import { asked, click, draw, hold } from '../testing/draw';
import { reconnection, slices, voice } from '../testing/slices';
import Main from './Main.svelte';

const text = (): string => document.body.textContent.replace(/\s+/g, ' ');

beforeEach(() => hold(slices()));

test('a lost call says why and offers to try again', () => {
  hold(slices({ voice: voice({ status: 'lost', reason: 'some_reason' }) }));
  draw(Main, {});
  expect(text()).toContain('The call was lost.');
  expect(text()).toContain('some_reason');
  click('Try again');
  expect(asked().at(-1)).toEqual(['voice.rejoin', {}]);
});

test('a click on the channel of a lost call joins it again', () => {
  hold(slices({ voice: voice({ status: 'lost' }) }));
  draw(Main, {});
  click('Join Lobby');
  expect(asked().at(-1)).toEqual(['voice.join', { channel: 'c1' }]);
});

test('a call that ended leaves no controls', () => {
  hold(slices({ voice: voice({ status: 'lost', people: [], reason: 'moved' }) }));
  draw(Main, {});
  expect(text()).toContain('You moved to another device.');
  expect(document.querySelector('[role=toolbar]')).toBeNull();
  click('Take it back here');
  expect(asked().at(-1)).toEqual(['voice.rejoin', {}]);
});

test('a call that never came offers to try again or to let it be', () => {
  hold(slices({ voice: voice({ status: 'lost', room: '', people: [], reason: 'unreachable' }) }));
  draw(Main, {});
  expect(text()).toContain('The call could not be connected.');
  expect(text()).toContain('The server cannot be reached.');
  click('Try again');
  expect(asked().at(-1)).toEqual(['voice.rejoin', {}]);
  click('Dismiss');
  expect(asked().at(-1)).toEqual(['voice.leave', {}]);
});

test('while the call is saved the window says so and offers nothing', () => {
  hold(slices({ voice: voice({ status: 'reconnecting', problem: 'signal' }) }));
  draw(Main, {});
  expect(text()).toContain('Bringing you back');
  expect(text()).not.toContain('Try again');
});

test('a short reconnect with sound and pictures flowing shows nothing', () => {
  draw(Main, {});
  const before = text();
  hold(slices({ voice: voice({ status: 'reconnecting' }), reconnection: reconnection({ phase: 'saving' }) }));
  expect(text()).toBe(before);
  expect(document.querySelector('.banner')).toBeNull();
});

test('while no media arrives the others are dimmed in their places and can be asked for anew', () => {
  draw(Main, {});
  const tiles = [...document.querySelectorAll<HTMLElement>('li.tile')];
  const places = tiles.map((tile) => tile.getAttribute('style'));
  const missing = reconnection({ phase: 'saving', missing: 'voice_server' });
  hold(slices({ voice: voice({ problem: 'media' }), reconnection: missing }));
  expect([...document.querySelectorAll('li.tile')]).toEqual(tiles);
  expect(tiles.map((tile) => tile.classList.contains('away'))).toEqual([false, true]);
  expect(tiles.map((tile) => tile.getAttribute('style'))).toEqual(places);
  expect(text()).toContain('Connection problem');
  expect(text()).toContain('The voice server does not answer.');
  click('Try now');
  expect(asked().at(-1)).toEqual(['reconnection.try_now', {}]);
});

test('a lost call says why, counts down, and can be tried or stopped', () => {
  const lost = voice({ status: 'lost', reason: 'server_shutdown' });
  const next_at = Date.now() + 12_400;
  hold(slices({ voice: lost, reconnection: reconnection({ phase: 'waiting', attempt: 2, next_at }) }));
  draw(Main, {});
  expect(text()).toContain('The call was lost.');
  expect(text()).toContain('The voice server was shut down.');
  expect(text()).toMatch(/Next try in \d+ s\./);
  click('Try now');
  expect(asked().at(-1)).toEqual(['reconnection.try_now', {}]);
  click('Stop');
  expect(asked().at(-1)).toEqual(['reconnection.stop', {}]);
  hold(slices({ voice: lost, reconnection: reconnection({ phase: 'stopped' }) }));
  click('Try again');
  expect(asked().at(-1)).toEqual(['voice.rejoin', {}]);
});

test('a call lost without the plugin can be joined again by hand', () => {
  hold(slices({ voice: voice({ status: 'lost', reason: 'connection_lost' }) }));
  draw(Main, {});
  expect(text()).not.toContain('Try now');
  expect(text()).not.toContain('Why?');
  click('Try again');
  expect(asked().at(-1)).toEqual(['voice.rejoin', {}]);
});

test('joining can be given up', () => {
  hold(slices({ voice: voice({ status: 'connecting', people: [] }) }));
  draw(Main, {});
  expect(text()).toContain('Joining Lobby');
  click('Cancel');
  expect(asked().at(-1)).toEqual(['voice.leave', {}]);
});
