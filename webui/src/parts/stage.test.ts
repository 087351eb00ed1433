/** Which view the stage has, and what is pinned to it. */
import '../testing/browser';
import { flushSync } from 'svelte';
import { expect, test, vi } from 'vitest';
import type { Stage as StageSlice, View } from '../protocol';
import { answer, asked, draw, hold } from '../testing/draw';
import { main, person, placed, slices, stageOf, voice } from '../testing/slices';
import Stage from './Stage.svelte';
import TopBar from './TopBar.svelte';
import ViewMenu from './ViewMenu.svelte';

const people = [person('ada', { name: 'Ada', me: true }), person('mehmet', { name: 'Mehmet', screen: true })];
const modes = [
  { name: 'gallery', title: 'Gallery', plugin: 'layout' },
  { name: 'focus', title: 'Focus', plugin: 'layout' },
  { name: 'spiral', title: 'Spiral', plugin: 'spiral' },
];
const windows = { main: [placed('mehmet', { kind: 'screen' }), placed('ada'), placed('mehmet', { kind: 'camera' })] };
const stage = stageOf({ mode: 'focus', modes, windows });

function show(more: Partial<StageSlice> = {}, values: Record<string, unknown> = {}): void {
  const settings = { values: { 'app.language': 'en', ...values } };
  hold(slices({ voice: voice({ people }), settings, stage: { ...stage, ...more } }));
}

function onPage(page: number, pages: number): Record<string, View> {
  return { main: { mode: 'focus', page, pages, expanded: '' } };
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

const trigger = () => document.querySelector<HTMLElement>('[aria-haspopup="menu"]');
const items = (role: string) => [...document.querySelectorAll<HTMLElement>(`[role=${role}]`)];

async function openMenu(): Promise<void> {
  draw(ViewMenu, {});
  trigger()?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  await vi.waitFor(() => expect(items('menuitemradio')).not.toEqual([]));
}

function choose(item: HTMLElement | undefined): void {
  item?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  flushSync();
}

test('the view is chosen from all that there are, and automatic is one of them', async () => {
  show();
  await openMenu();
  const names = items('menuitemradio').map((item) => item.querySelector('span')?.textContent);
  expect(names).toEqual(['Automatic', 'Gallery', 'Focus', 'Spiral']);
  expect(items('menuitemradio').map((item) => item.ariaChecked ?? item.getAttribute('aria-checked'))).toEqual([
    'true',
    'false',
    'false',
    'false',
  ]);
  choose(items('menuitemradio')[3]);
  expect(wished()).toEqual([['stage.mode', { name: 'spiral' }]]);
});

test('who is hidden is wished in the same menu', async () => {
  show({}, { 'layout.hide_me': true, 'layout.hide_without_video': false });
  await openMenu();
  const checked = items('menuitemcheckbox').map((item) => [item.textContent.trim(), item.getAttribute('aria-checked')]);
  expect(checked).toEqual([
    ['Hide me', 'true'],
    ['Hide people without video', 'false'],
  ]);
  for (const item of items('menuitemcheckbox')) choose(item);
  expect(wished()).toEqual([
    ['settings.set', { name: 'layout.hide_me', value: false }],
    ['settings.set', { name: 'layout.hide_without_video', value: true }],
  ]);
});

test('who is hidden is said, and a click brings them back', () => {
  show({ hidden: ['ada', 'x', 'y'] }, { 'layout.hide_me': true, 'layout.hide_without_video': true });
  drawBar();
  for (const label of ['2 without video. Show people without video', 'You are hidden. Show me'])
    document.querySelector<HTMLElement>(`[aria-label="${label}"]`)?.click();
  expect(wished()).toEqual([
    ['settings.set', { name: 'layout.hide_without_video', value: false }],
    ['settings.set', { name: 'layout.hide_me', value: false }],
  ]);
});

test('who only watches chooses nothing', () => {
  hold(slices({ voice: voice({ people }), stage }), { watch_only: true });
  drawBar();
  drawStage();
  expect(trigger()).toBeNull();
  expect(document.querySelector('li.tile button')).toBeNull();
});

function press(key: string, on: Element = document.activeElement ?? document.body): void {
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  flushSync();
}

const side = [
  placed('mehmet', { kind: 'screen', width: 6000, height: 10000 }),
  placed('ada', { x: 6000, width: 4000 }),
  placed('mehmet', { kind: 'camera', x: 6000, y: 5000, width: 4000 }),
];
const tiles = () => [...document.querySelectorAll<HTMLElement>('li.tile')];
const focused = () => tiles().indexOf(document.activeElement as HTMLElement);

test('all tiles are one stop of the Tab key, arrows walk and Enter pins', () => {
  show({ windows: { main: side } });
  drawStage();
  expect(tiles().map((tile) => tile.tabIndex)).toEqual([0, -1, -1]);
  tiles()[0]?.focus();
  press('ArrowRight');
  press('ArrowDown');
  expect(focused()).toBe(2);
  expect(tiles().map((tile) => tile.tabIndex)).toEqual([-1, -1, 0]);
  press('ArrowDown');
  expect(focused()).toBe(2);
  press('Enter');
  press('ArrowLeft');
  press('Enter');
  expect(wished()).toEqual([
    ['stage.pin', { user: 'mehmet', screen: false, on: true }],
    ['stage.pin', { user: 'mehmet', screen: true, on: true }],
  ]);
});

test('a tile says its name and state to who cannot see it', () => {
  show({ pins: ['ada'] });
  drawStage();
  const named = document.getElementById(tiles()[1]?.getAttribute('aria-labelledby') ?? '');
  expect(named?.textContent).toMatch(/pinned.*Ada/);
});

test('who walks among tiles goes on when the page is turned', () => {
  show({ windows: { main: side } });
  drawStage();
  tiles()[1]?.focus();
  show({ windows: { main: [placed('mehmet', { kind: 'camera' })] } });
  expect(focused()).toBe(0);
});

test('keys choose, turn and go back wherever the focus is, but not under a dialog', () => {
  show({ chosen: 'focus', pins: ['ada'], views: onPage(1, 2) });
  drawStage();
  for (const key of ['4', 'PageDown', 'PageUp', 'Escape']) press(key);
  document.body.insertAdjacentHTML('beforeend', '<div role="dialog"></div>');
  press('1');
  expect(wished()).toEqual([
    ['stage.mode', { name: 'spiral' }],
    ['stage.page', { page: 2 }],
    ['stage.pin', { user: 'ada', screen: false, on: false }],
  ]);
});

test('who only watches has no keys', () => {
  hold(slices({ voice: voice({ people }), stage }), { watch_only: true });
  drawStage();
  tiles()[0]?.focus();
  for (const key of ['1', 'Enter', 'Escape']) press(key);
  expect(wished()).toEqual([]);
});

test('the pages are told and turned, and an end is an end', () => {
  show({ views: onPage(2, 2) });
  drawBar();
  const pager = document.querySelector<HTMLElement>('[aria-label="Pages"]');
  expect(pager?.textContent).toContain('Page 2 of 2');
  pager?.querySelector<HTMLElement>('[aria-label="Next page"]')?.click();
  pager?.querySelector<HTMLElement>('[aria-label="Previous page"]')?.click();
  expect(wished()).toEqual([['stage.page', { page: 1 }]]);
});

test('a tile that becomes large stays the same node at the same place of the page, so that it moves and does not jump', () => {
  show();
  drawStage();
  const before = tiles();
  show({ windows: { main: [...windows.main].reverse() } });
  expect(tiles()).toEqual(before);
  show({ windows: { main: [placed('mehmet', { kind: 'camera' }), placed('ada')] } });
  expect(tiles()).toEqual([before[1], before[2]]);
});

test('a tile has the whole screen once the window has it, and gives it back whatever ended that', async () => {
  show();
  drawStage();
  tiles()[1]?.focus();
  press('f');
  await answer();
  await answer();
  show({ views: { main: { mode: 'gallery', page: 1, pages: 1, expanded: 'mehmet/screen' } } });
  expect(wished()).toEqual([
    ['window.full_screen', { on: true }],
    ['stage.expand', { user: 'ada', screen: false, on: true }],
    ['stage.expand', { user: 'mehmet', screen: true, on: false }],
  ]);
});

test('while the window has the whole screen nothing is expanded again, and Escape leaves', () => {
  const windows = { windows: [{ ...main, full_screen: true }] };
  const expanded = { main: { mode: 'gallery', page: 1, pages: 1, expanded: 'ada' } };
  hold(slices({ voice: voice({ people }), windows, stage: { ...stage, pins: ['ada'], views: expanded } }));
  drawStage();
  expect(document.querySelector('[aria-label="Show Ada in full screen"]')).toBeNull();
  press('Escape');
  expect(wished()).toEqual([['window.full_screen', { on: false }]]);
});

test('a screen that cannot be had is told in words and expands nothing', async () => {
  show();
  drawStage();
  button('Show Ada in full screen').click();
  await answer({ code: 'no_windows' });
  expect(wished()).toEqual([['window.full_screen', { on: true }]]);
});
