/** Everything about overlays can be set, and what will not work is said. */
import '../testing/browser';
import { flushSync } from 'svelte';
import { expect, test } from 'vitest';
import { rulesOf } from '../overlays';
import { asked, button, click, draw, hold, type } from '../testing/draw';
import { desktop, overlay, overlayWindow } from '../testing/overlays';
import { slices } from '../testing/slices';
import Settings from './Settings.svelte';
import SettingsOverlay from './SettingsOverlay.svelte';

const text = (): string => document.body.textContent.replace(/\s+/g, ' ');
const values = {
  'app.language': 'en',
  'overlay.rules': { game: { does: 'hide', corner: '' }, editor: { does: 'place', corner: 'top' } },
};

function settings(more: Parameters<typeof overlay>[0] = {}, limits: (typeof desktop)['limits'] = []): void {
  hold(slices({ settings: { values }, desktop: { ...desktop, limits }, overlay: overlay(more) }));
}

function choose(label: string, value: string): void {
  const found = document.querySelector<HTMLSelectElement>(`select[aria-label="${label}"]`);
  if (!found) throw new Error(`there is no list "${label}"`);
  found.value = value;
  found.dispatchEvent(new Event('change', { bubbles: true }));
  flushSync();
}

test('there is a page for it only while its plugin is on', () => {
  hold(slices());
  draw(Settings, { onclose: () => undefined });
  expect(text()).not.toContain('Overlay');
  settings();
  expect(text()).toContain('Overlay');
});

test('it is switched, edited, put somewhere and reset', () => {
  settings();
  draw(SettingsOverlay, {});
  click('Show the overlay');
  click('Move it');
  click('Top right');
  choose('Screen', 'lg-7');
  click('Reset');
  expect(asked()).toEqual([
    ['overlay.show', { on: false }],
    ['overlay.edit', { on: true }],
    ['overlay.put', { corner: 'top_right', window: 'overlay' }],
    ['overlay.put', { corner: 'top_left', screen: 'lg-7', window: 'overlay' }],
    ['overlay.reset', {}],
  ]);
});

test('a look that is ready made is chosen, and shown for as long as nothing of it is changed', () => {
  const chosen = (): string[] =>
    [...document.querySelectorAll('[aria-label="Preset"] [aria-checked="true"]')].map((item) =>
      item.textContent.trim(),
    );
  settings();
  draw(SettingsOverlay, {});
  expect(chosen()).toEqual([]);
  click('Game');
  expect(asked()).toEqual([['overlay.preset', { name: 'game' }]]);
  settings({ preset: 'game' });
  flushSync();
  expect(chosen()).toEqual(['Game']);
});

test('each of its looks is a setting', () => {
  settings();
  draw(SettingsOverlay, {});
  click('Who speaks');
  choose('Order', 'recent');
  for (const label of ['List me too', 'Names', 'Marks']) click(label);
  for (const label of ['People at most', 'Stay after speaking', 'Opacity', 'Size']) {
    const slider = document.querySelector<HTMLInputElement>(`input[type=range][aria-label="${label}"]`);
    if (!slider) throw new Error(`there is no slider "${label}"`);
    slider.value = slider.max;
    slider.dispatchEvent(new Event('change', { bubbles: true }));
  }
  expect(asked().map(([, args]) => args)).toEqual([
    { name: 'overlay.content', value: 'speakers' },
    { name: 'overlay.order', value: 'recent' },
    { name: 'overlay.me', value: false },
    { name: 'overlay.names', value: false },
    { name: 'overlay.marks', value: false },
    { name: 'overlay.maximum', value: 25 },
    { name: 'overlay.grace', value: 60 },
    { name: 'overlay.opacity', value: 100 },
    { name: 'overlay.scale', value: 250 },
  ]);
});

test('rules are listed, changed, removed, and added by name or from what was in front', () => {
  settings({ recent: ['game', 'browser'] });
  draw(SettingsOverlay, {});
  expect(() => button('game')).toThrow(); // it has a rule
  choose('While game is in front', 'show');
  choose('Where, while editor is in front', 'bottom');
  click('Remove the rule for editor');
  click('browser');
  type('Application (its process name)', 'Quake.exe');
  click('Add');
  document.querySelector<HTMLFormElement>('form.add')?.requestSubmit();
  const rules = asked().filter(([name]) => name === 'overlay.rule');
  expect(rules.map(([, args]) => args).slice(0, 5)).toEqual([
    { application: 'game', does: 'show', corner: 'top_left' },
    { application: 'editor', does: 'place', corner: 'bottom' },
    { application: 'editor', does: 'none', corner: 'top_left' },
    { application: 'browser', does: 'hide', corner: 'top_left' },
    { application: 'Quake.exe', does: 'hide', corner: 'top_left' },
  ]);
});

test('what will not work here, why it is away, and a rule in force are said in words', () => {
  const own = overlayWindow({ withdrawn: 'took_input' });
  settings({ rule: 'game', windows: { overlay: own } }, ['no_compositor', 'wayland_place', 'no_tray']);
  draw(SettingsOverlay, {});
  expect(text()).toContain('The rule for game is in force.');
  expect(text()).toContain('was taken away');
  expect([...document.querySelectorAll('.limits li')].length).toBe(2); // the tray is no overlay's concern
  settings({ windows: { overlay: overlayWindow({ problem: 'no_windows' }) } });
  expect(text()).toContain('This run of xcord has no windows.');
  expect(document.querySelector('.limits')).toBeNull();
});

test('rules of another version are read as far as they are known', () => {
  expect(rulesOf(undefined)).toEqual([]);
  expect(rulesOf({ b: {}, a: { does: 'place' } })).toEqual([
    { application: 'a', does: 'place', corner: '' },
    { application: 'b', does: 'show', corner: '' },
  ]);
});
