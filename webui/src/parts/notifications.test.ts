/** Settings that concern the desktop: closing, starting, notifications; and messages that may be switched off. */
import '../testing/browser';
import { flushSync } from 'svelte';
import { beforeEach, expect, test } from 'vitest';
import { isTold } from '../toasts.svelte';
import { asked, click, draw, hold } from '../testing/draw';
import { appOf, slices } from '../testing/slices';
import { noticeText } from '../words';
import SettingsGeneral from './SettingsGeneral.svelte';
import SettingsNotifications from './SettingsNotifications.svelte';

beforeEach(() => hold(slices()));

function text(): string {
  return document.body.textContent ?? '';
}

function toggle(label: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[role=switch][aria-label="${label}"]`);
  if (!found) throw new Error(`no switch ${label}`);
  return found;
}

function withApp(more: Parameters<typeof appOf>[0], values: Record<string, unknown> = {}): void {
  hold(slices({ app: appOf(more), settings: { values: { 'app.language': 'en', ...values } } }));
  flushSync();
}

test('what closing does is said as it is on this desktop, and can be changed', () => {
  withApp({ tray: 'there' });
  draw(SettingsGeneral, {});
  expect(text()).toContain('Closing leaves xcord in the tray');
  withApp({ tray: 'none' }, { 'app.close_to_tray': false });
  expect(text()).toContain('This desktop shows no tray icons. Closing minimises xcord');
  const found = toggle('Go on when the window is closed');
  expect(found.getAttribute('aria-checked')).toBe('false');
  found.click();
  expect(asked()).toContainEqual(['settings.set', { name: 'app.close_to_tray', value: true }]);
});

test('starting with the desktop is offered only where the app can do that', () => {
  draw(SettingsGeneral, {});
  expect(text()).not.toContain('Start with the desktop');
  withApp({ autostart: 'off' });
  toggle('Start with the desktop').click();
  expect(asked()).toContainEqual(['app.autostart', { on: true }]);
});

test('the app can be ended from its settings, for there may be no tray', () => {
  withApp({ tray: 'none' });
  draw(SettingsGeneral, {});
  click('Quit xcord');
  expect(asked()).toContainEqual(['app.quit', {}]);
});

test('each notification has a switch, and its name says where it appears', () => {
  withApp({}, { 'app.notifications.lost': false, 'app.toasts.join': true });
  draw(SettingsNotifications, {});
  const switches = [...document.querySelectorAll('[role=switch]')];
  expect(switches.map((each) => [each.getAttribute('aria-label'), each.getAttribute('aria-checked')])).toEqual([
    ['On the desktop: I am called', 'true'],
    ['On the desktop: I am moved', 'true'],
    ['On the desktop: I am removed', 'true'],
    ['On the desktop: I am banned', 'true'],
    ['On the desktop: My call is interrupted', 'false'],
    ['In the window: Somebody joins', 'true'],
    ['In the window: Somebody leaves', 'true'],
    ['In the window: My call goes on', 'true'],
  ]);
  toggle('In the window: Somebody leaves').click();
  expect(asked()).toContainEqual(['settings.set', { name: 'app.toasts.leave', value: false }]);
});

test.each([
  ['participant.joined', {}, true],
  ['participant.joined', { 'app.toasts.join': false }, false],
  ['participant.left', { 'app.toasts.join': false }, true],
  ['participant.left', { 'app.toasts.leave': false }, false],
  ['voice.returned', { 'app.toasts.returned': false }, false],
  ['voice.lost', {}, false],
  ['directory.banned', { 'app.toasts.join': false, 'app.toasts.leave': false }, true],
])('%s with %j is told: %s', (notice, values, told) => {
  expect(isTold(notice, values)).toBe(told);
});

test('what the tray could not do is told with its reason', () => {
  const params = { code: 'plugin_off', params: {} };
  expect(noticeText({ name: 'tray.refused', params })).toBe(
    "The tray's menu could not do that. The part that does this is being switched off.",
  );
});
