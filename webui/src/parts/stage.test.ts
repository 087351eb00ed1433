/** Which view the stage has, and what is pinned to it. */
import '../testing/browser';
import { flushSync } from 'svelte';
import { expect, test } from 'vitest';
import type { Slices } from '../protocol';
import { asked, draw, hold } from '../testing/draw';
import { person, placed, slices, voice } from '../testing/slices';
import Stage from './Stage.svelte';
import TopBar from './TopBar.svelte';

const people = [person('ada', { name: 'Ada', me: true }), person('mehmet', { name: 'Mehmet', screen: true })];
const modes = [
  { name: 'gallery', title: 'Gallery', plugin: 'layout' },
  { name: 'focus', title: 'Focus', plugin: 'layout' },
  { name: 'spiral', title: 'Spiral', plugin: 'spiral' },
];
const windows = { main: [placed('mehmet', { kind: 'screen' }), placed('ada'), placed('mehmet', { kind: 'camera' })] };
const stage: Slices['stage'] = { mode: 'focus', chosen: 'auto', modes, order: [], pins: [], windows };

function show(more: Partial<Slices['stage']> = {}): void {
  hold(slices({ voice: voice({ people }), stage: { ...stage, ...more } as Slices['stage'] }));
}

function button(label: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`li.tile button[aria-label="${label}"]`);
  if (!found) throw new Error(`no tile has a button "${label}"`);
  return found;
}

/** Without the size of the stage, which each page tells by itself. */
const wished = () => asked().filter(([name]) => name !== 'stage.viewport');
const drawStage = () => draw(Stage, { onsettings: () => undefined, ondirect: () => undefined });
const drawBar = () => draw(TopBar, { narrow: false, open: true, ontoggle: () => undefined, onwhy: () => undefined });
const select = () => document.querySelector<HTMLSelectElement>('select[aria-label="View"]');

test('a tile is pinned and let go, a face and a screen of one person apart', () => {
  show();
  drawStage();
  button('Pin Mehmet').click();
  button("Pin Mehmet's screen").click();
  show({ pins: ['mehmet', 'mehmet/screen'] });
  flushSync();
  button("Unpin Mehmet's screen").click();
  expect(wished()).toEqual([
    ['stage.pin', { user: 'mehmet', screen: false, on: true }],
    ['stage.pin', { user: 'mehmet', screen: true, on: true }],
    ['stage.pin', { user: 'mehmet', screen: true, on: false }],
  ]);
});

test('a pinned tile says so, and a double click is a pin', () => {
  show({ pins: ['ada'] });
  drawStage();
  const [screen, ada] = document.querySelectorAll<HTMLElement>('li.tile');
  expect(ada?.textContent).toContain('pinned');
  expect(screen?.textContent).not.toContain('pinned');
  ada?.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
  expect(wished()).toEqual([['stage.pin', { user: 'ada', screen: false, on: false }]]);
});

test('a double click on a button of the tile does what the button does and no more', () => {
  show();
  drawStage();
  button('Pin Ada').dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
  expect(wished()).toEqual([]);
});

test('the view is chosen from all that there are, and automatic is one of them', () => {
  show();
  drawBar();
  const found = select();
  expect([...(found?.options ?? [])].map((option) => option.text)).toEqual(['Automatic', 'Gallery', 'Focus', 'Spiral']);
  expect(found?.value).toBe('auto');
  if (found) found.value = 'spiral';
  found?.dispatchEvent(new Event('change', { bubbles: true }));
  expect(wished()).toEqual([['stage.mode', { name: 'spiral' }]]);
});

test('who only watches chooses nothing', () => {
  hold(slices({ voice: voice({ people }), stage }), { watch_only: true });
  drawBar();
  drawStage();
  expect(select()).toBeNull();
  expect(document.querySelector('li.tile button')).toBeNull();
});
