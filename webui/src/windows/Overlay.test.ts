/** The overlay's page: who is there and who speaks, the small stage, and edit mode. */
import '../testing/browser';
import { flushSync } from 'svelte';
import { expect, test, vi } from 'vitest';
import { asked, button, click, draw } from '../testing/draw';
import { desktop, over, overlayWindow } from '../testing/overlays';
import { person, placed, stageOf, voice } from '../testing/slices';
import Overlay from './Overlay.svelte';

const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('.person')];
const words = (node: Element | null | undefined): string => (node?.textContent ?? '').replace(/\s+/g, ' ').trim();

function drag(on: HTMLElement, type: string, x: number, y: number): void {
  const event = new MouseEvent(type, { bubbles: true, button: 0, screenX: x, screenY: y });
  Object.assign(event, { pointerId: 1 });
  on.dispatchEvent(event);
  flushSync();
}

test('it lists whom the app names, in that order, and lights who speaks', () => {
  over({ people: ['mehmet', 'ada'] });
  draw(Overlay, {});
  expect(rows().map((row) => row.dataset.user)).toEqual(['mehmet', 'ada']);
  expect(rows().map((row) => row.classList.contains('lit'))).toEqual([true, false]);
  expect(words(rows()[0])).toContain('Mehmet Öztürk');
  expect(words(rows()[0])).toContain('speaking');
  expect(words(rows()[1])).not.toContain('speaking');
  over({ people: ['mehmet', 'ada'] }, { speaking: { users: ['ada'] } });
  expect(rows().map((row) => row.classList.contains('lit'))).toEqual([false, true]);
});

test('marks say who is muted, deafened, gone or badly connected, and can be left out as names can', () => {
  const people = [
    person('a', { muted: true }),
    person('b', { deafened: true, muted: true }),
    person('c', { present: false }),
    person('d'),
  ];
  const held = { people: ['a', 'b', 'c', 'd'] };
  const more = { voice: voice({ people }), speaking: { users: ['c'] }, quality: { users: { d: 'poor' as const } } };
  over(held, more);
  draw(Overlay, {});
  expect(rows().map((row) => words(row.querySelector('.label')))).toEqual([
    'muted A',
    'deafened B',
    'connection gone C',
    'D',
  ]);
  expect(rows().map((row) => row.querySelector('.bars')?.getAttribute('aria-label') ?? '')).toEqual([
    '',
    '',
    '',
    'Connection: poor',
  ]);
  expect(rows()[2]?.className).not.toContain('lit');
  over({ ...held, marks: false, names: false }, more);
  expect(rows().map((row) => row.querySelector('.label'))).toEqual([null, null, null, null]);
  expect(rows().map((row) => words(row))).toEqual(['A A', 'B B', 'C C', 'D D']); // initials, and names for ears
});

test('it says how many have no room, and what is wrong with the call', () => {
  over({ more: 3, trouble: 'media' });
  draw(Overlay, {});
  expect(words(document.body)).toContain('and 3 more');
  expect(words(document.querySelector('[role=status]'))).toBe('Connection problem');
  over({ more: 0, trouble: 'lost' });
  expect(words(document.querySelector('[role=status]'))).toBe('The call was lost.');
  expect(words(document.body)).not.toContain('more');
});

test('it keeps to the corner that the app names, in its size and scale, on an opaque ground where need be', () => {
  const own = overlayWindow({ right: true, bottom: true, width: 360, height: 120, scale: 150 });
  over({ windows: { overlay: own } });
  draw(Overlay, {});
  const content = document.querySelector<HTMLElement>('main');
  expect([...(content?.classList ?? [])]).toEqual(expect.arrayContaining(['right', 'bottom']));
  expect([content?.style.width, content?.style.getPropertyValue('--u')]).toEqual(['360px', '1.5px']);
  expect(document.querySelector('.opaque')).toBeNull();
  over({ windows: { overlay: own } }, { desktop: { ...desktop, compositing: false } });
  expect(document.querySelector('.opaque')).not.toBeNull();
});

test('without its plugin, or a place of its own, it shows nothing', () => {
  over({ windows: {} });
  draw(Overlay, {});
  expect(words(document.body)).toBe('');
});

test('the stage asks for the focus alone, and says when it is shown no more', () => {
  const stage = stageOf({ windows: { overlay: [placed('mehmet', { kind: 'camera', width: 10_000, height: 10_000 })] } });
  over({ content: 'stage' }, { stage });
  draw(Overlay, {});
  expect([...document.querySelectorAll<HTMLElement>('li.tile')].map((tile) => tile.dataset.user)).toEqual(['mehmet']);
  expect(document.querySelector('[data-video]')).not.toBeNull();
  expect(rows()).toEqual([]);
  const told = () => asked().filter(([name]) => name === 'stage.viewport');
  expect(told()).toEqual([['stage.viewport', expect.objectContaining({ focus: true, visible: true })]]);
  over({ content: 'everyone' }, { stage });
  expect(told().at(-1)).toEqual(['stage.viewport', expect.objectContaining({ width: 0, visible: false })]);
  expect(rows().length).toBe(2);
});

test('without layout the stage is a list', () => {
  over({ content: 'stage' }, { stage: undefined } as object);
  draw(Overlay, {});
  expect(rows().length).toBe(2);
});

test('nothing takes input outside of edit mode', () => {
  over();
  draw(Overlay, {});
  expect(document.querySelectorAll('button, input, select, [tabindex]').length).toBe(0);
});

test('it is dragged by the pointer, told once a frame, and done when it is let go', () => {
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => (run(), 1));
  over({ editing: true });
  draw(Overlay, {});
  const grip = button('Move the overlay');
  grip.setPointerCapture = () => undefined;
  drag(grip, 'pointermove', 400, 400); // no button is held
  expect(asked()).toEqual([]);
  drag(grip, 'pointerdown', 100, 100);
  drag(grip, 'pointermove', 150, 130);
  drag(grip, 'pointerup', 150, 130);
  const put = { x: 62, y: 42, width: 240, height: 80, snap: true };
  expect(asked()).toEqual([
    ['overlay.place', { ...put, done: false }],
    ['overlay.place', { ...put, done: true }],
  ]);
  vi.unstubAllGlobals();
});

test('it is moved and scaled by arrow keys, and Escape ends that', () => {
  over({ editing: true });
  draw(Overlay, {});
  expect(document.activeElement).toBe(button('Move the overlay'));
  const press = (on: HTMLElement, key: string, shiftKey = false): void => {
    on.dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey, bubbles: true, cancelable: true }));
  };
  press(button('Move the overlay'), 'ArrowRight');
  press(button('Move the overlay'), 'ArrowDown', true);
  press(button("Change the overlay's size"), 'ArrowRight');
  press(button('Move the overlay'), 'Escape');
  const put = { x: 12, y: 12, width: 240, height: 80, done: true, snap: false };
  expect(asked()).toEqual([
    ['overlay.place', { ...put, x: 22 }],
    ['overlay.place', { ...put, y: 13 }],
    ['overlay.place', { ...put, width: 250, height: 83 }],
    ['overlay.edit', { on: false }],
  ]);
});

test('its controls put it into corners and on another screen, reset it, and are left', () => {
  over({ editing: true });
  draw(Overlay, {});
  click('Bottom right');
  click('Reset');
  click('Done');
  const screens = document.querySelector<HTMLSelectElement>('select[aria-label=Screen]');
  if (!screens) throw new Error('there are two screens to choose from');
  screens.value = 'lg-7';
  screens.dispatchEvent(new Event('change', { bubbles: true }));
  expect(asked()).toEqual([
    ['overlay.put', { corner: 'bottom_right' }],
    ['overlay.reset', {}],
    ['overlay.edit', { on: false }],
    ['overlay.put', { corner: 'top_left', screen: 'lg-7' }],
  ]);
});

test('while it is edited there is always somebody to be seen', () => {
  over({ editing: true, people: [] });
  draw(Overlay, {});
  expect(rows().length).toBe(1);
  expect(words(rows()[0])).toContain('Ada Lovelace');
});
