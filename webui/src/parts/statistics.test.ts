/** Statistics for nerds on a tile, their switch, and what a tile says that has no picture. */
import '../testing/browser';
import { flushSync } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { observed, tell } from '../media/drawn';
import { keyText } from '../media/keys';
import type { VideoStatistics } from '../protocol';
import { isTheirKey, lines } from '../statistics';
import { asked, draw, hold } from '../testing/draw';
import { person, placed, slices } from '../testing/slices';
import SettingsGeneral from './SettingsGeneral.svelte';
import Tile from './Tile.svelte';

afterEach(() => vi.useRealTimers());

const video: VideoStatistics = {
  user: 'ada',
  kind: 'camera',
  tile_width: 312,
  tile_height: 176,
  asked_width: 320,
  asked_height: 180,
  requests: 2,
  full_width: 1280,
  full_height: 720,
  width: 320,
  height: 180,
  fps: 15,
  kilobits: 110,
  lost: 0,
  jitter_ms: 2,
  codec: 'vp8',
  layer: 'quarter',
  why: 'fits',
};

const statistics = { way: 'settings' as const, videos: [video] };
const key = keyText({ user: 'ada', kind: 'camera' });

function settings(on: boolean): void {
  hold(slices({ statistics, settings: { values: { 'app.language': 'en', 'voice.statistics': on } } }));
  flushSync();
}

function drawTile(kind: 'camera' | 'screen' | 'avatar' = 'camera'): HTMLElement {
  const ada = person('ada', { name: 'Ada' });
  return draw(Tile, { placed: placed('ada', { kind }), person: ada, me: false, speaking: false, grade: undefined });
}

test('a tile tells how it is received and drawn, and why, only while that is wanted', () => {
  settings(false);
  const tile = drawTile();
  expect(tile.querySelector('.statistics')).toBeNull();
  expect(observed()).toBe(false);
  settings(true);
  expect(observed(key)).toBe(true);
  tell(key, { fps: 14, width: 320, height: 180, age: 21 });
  flushSync();
  expect([...tile.querySelectorAll('.statistics li')].map((line) => line.textContent)).toEqual([
    '320×180, 15 fps, 110 kbit/s',
    'drawn 320×180, 14 fps, 21 ms after arrival',
    'VP8, quarter layer of 1280×720',
    '0 packets lost, jitter 2 ms',
    'The tile is 312×176, so 320×180 was asked for. This is the smallest layer that fills it.',
  ]);
  settings(false);
  expect(tile.querySelector('.statistics')).toBeNull();
  expect(observed()).toBe(false);
});

test('a tile without video has none', () => {
  settings(true);
  expect(drawTile('avatar').querySelector('.statistics')).toBeNull();
  expect(observed()).toBe(false);
});

test.each(['unseen', 'waiting', 'only', 'fits', 'less', 'more'] as const)('there is a sentence for %s', (why) => {
  expect(lines({ ...video, why }, null).at(-1)).toMatch(/\.$/);
});

test('what is not received says so, and a video without layers names its only size', () => {
  expect(lines(undefined, null)).toEqual(['not received', 'nothing drawn']);
  expect(lines({ ...video, layer: '', why: 'only' }, null)[2]).toBe('VP8, only 1280×720');
});

test('it is switched in the settings, and by keys', () => {
  settings(false);
  draw(SettingsGeneral, {});
  document.querySelector<HTMLElement>('[role=switch][aria-label="Statistics for nerds"]')?.click();
  expect(asked()).toEqual([['settings.set', { name: 'voice.statistics', value: true }]]);
  const key = (more: KeyboardEventInit) => new KeyboardEvent('keydown', { code: 'KeyS', ...more });
  expect(isTheirKey(key({ ctrlKey: true, shiftKey: true }))).toBe(true);
  expect(isTheirKey(key({ ctrlKey: true }))).toBe(false);
  expect(isTheirKey(key({ ctrlKey: true, shiftKey: true, altKey: true }))).toBe(false);
});

test('a video that sends no picture says so calmly over the avatar, until one comes', () => {
  vi.useFakeTimers();
  settings(false);
  const tile = drawTile();
  const note = () => tile.querySelector('.waiting p')?.textContent ?? '';
  expect(tile.querySelector('.face')).not.toBeNull();
  vi.advanceTimersByTime(2900);
  flushSync();
  expect(note()).toBe('');
  vi.advanceTimersByTime(200);
  flushSync();
  expect(note()).toBe('No picture yet');
  const picture = tile.querySelector<HTMLElement>('.picture');
  if (picture) picture.dataset.video = 'on';
  picture?.dispatchEvent(new Event('video', { bubbles: true }));
  flushSync();
  expect(note()).toBe('');
  vi.advanceTimersByTime(10_000);
  flushSync();
  expect(note()).toBe('');
});
