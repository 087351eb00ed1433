import { expect, test } from 'vitest';
import { isElsewhere, pinned, wishOf, type KeyScene, type Wish } from './shortcuts';
import { stageOf } from './testing/slices';

const modes = ['gallery', 'focus', 'spiral'].map((name) => ({ name, title: name, plugin: 'layout' }));

function scene(more: Partial<KeyScene['stage']> = {}, page = 1, pages = 1, full = false): KeyScene {
  return { stage: stageOf({ modes, ...more }), view: { mode: 'gallery', page, pages, expanded: '' }, full, present: new Set(['ada', 'mehmet', 'mehmet/screen']) };
}

const mode = (name: string): Wish => ({ ask: 'stage.mode', args: { name } });
const turn = (page: number): Wish => ({ ask: 'stage.page', args: { page } });
const unpin = (user: string, screen = false): Wish => ({ ask: 'stage.pin', args: { user, screen, on: false } });

test.each<[string, KeyScene, Wish | undefined]>([
  ['1', scene(), mode('auto')],
  ['2', scene(), mode('gallery')],
  ['4', scene(), mode('spiral')],
  ['5', scene(), undefined],
  ['0', scene(), undefined],
  ['PageDown', scene({}, 1, 3), turn(2)],
  ['PageDown', scene({}, 3, 3), undefined],
  ['PageUp', scene({}, 3, 3), turn(2)],
  ['PageUp', scene({}, 1, 3), undefined],
  ['Escape', scene(), undefined],
  ['Escape', scene({ chosen: 'focus' }), mode('auto')],
  ['Escape', scene({ chosen: 'focus', pins: ['mehmet', 'ada'] }), unpin('ada')],
  ['Escape', scene({ pins: ['mehmet/screen'] }), unpin('mehmet', true)],
  ['Escape', scene({ pins: ['ada', 'gone'] }), unpin('ada')], // who is not here is not what one sees
  ['Escape', scene({ pins: ['gone'] }), undefined],
  ['f', scene(), 'full screen'],
  ['F', scene({}, 1, 1, true), 'leave full screen'],
  ['Escape', scene({ chosen: 'focus', pins: ['ada'] }, 1, 1, true), 'leave full screen'],
  ['a', scene(), undefined],
])('%s', (key, seen, wish) => {
  expect(wishOf(key, seen)).toEqual(wish);
});

test('a pin is a person or a screen', () => {
  expect(pinned('ada')).toEqual({ user: 'ada', screen: false });
  expect(pinned('ada/screen')).toEqual({ user: 'ada', screen: true });
});

function pressed(selector: string, key: string, more: KeyboardEventInit = {}): boolean {
  let elsewhere = true;
  const look = (event: KeyboardEvent) => (elsewhere = isElsewhere(event));
  addEventListener('keydown', look);
  document.querySelector(selector)?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...more }));
  removeEventListener('keydown', look);
  return elsewhere;
}

test.each<[string, string, KeyboardEventInit, boolean]>([
  ['body', '1', {}, false],
  ['button', '1', {}, false],
  ['input', '1', {}, true],
  ['select', '1', {}, true],
  ['[role=slider]', 'PageUp', {}, true],
  ['body', '1', { ctrlKey: true }, true],
  ['body', '1', { isComposing: true }, true],
  ['aside button', 'PageDown', {}, true],
  ['aside button', '1', {}, false],
])('keys at %s: %s', (selector, key, more, elsewhere) => {
  document.body.innerHTML =
    '<button></button><input /><select></select><div role="slider"></div><aside><button></button></aside>';
  expect(pressed(selector, key, more)).toBe(elsewhere);
});

test('under an open dialog no key is the stage\'s', () => {
  document.body.innerHTML = '<button></button><div role="dialog"></div>';
  expect(pressed('button', 'Escape')).toBe(true);
});
