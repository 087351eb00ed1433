import '../testing/browser';
import { flushSync } from 'svelte';
import { beforeEach, expect, test, vi } from 'vitest';
import { answer, asked, click, draw, hold, type } from '../testing/draw';
import { plugin, slices } from '../testing/slices';
import { tell } from '../toasts.svelte';
import DirectLink from './DirectLink.svelte';
import SettingsGeneral from './SettingsGeneral.svelte';
import SettingsPlugins from './SettingsPlugins.svelte';
import SettingsSound from './SettingsSound.svelte';
import Toasts from './Toasts.svelte';

const text = (): string => document.body.textContent.replace(/\s+/g, ' ');
const sound = { inputs: [], outputs: [], input: '', output: '', problem: '' };

beforeEach(() => hold(slices()));

function submit(): void {
  document.querySelector('form')?.requestSubmit();
  flushSync();
}

test('a direct link is checked before it is sent', () => {
  draw(DirectLink, { onclose: () => undefined });
  type('LiveKit address', 'livekit.example.org');
  submit();
  expect(asked()).toEqual([]);
  expect(text()).toContain('The address must begin with');
  expect(text()).toContain('Paste the token too.');
});

test('a direct link is sent and the dialog closes when the app agreed', async () => {
  const onclose = vi.fn();
  draw(DirectLink, { onclose });
  type('LiveKit address', 'wss://livekit.example.org');
  type('Token', 'abc');
  submit();
  expect(asked().at(-1)).toEqual(['voice.join', { url: 'wss://livekit.example.org', token: 'abc' }]);
  await answer({ code: 'no_such_code' });
  expect(onclose).not.toHaveBeenCalled();
  expect(text()).toContain('no_such_code');
  submit();
  await answer();
  expect(onclose).toHaveBeenCalledOnce();
});

test('what is told while a dialog is open is told there, the newest alone, and not over its rows', () => {
  const shown = (where: string): string[] =>
    [...document.querySelectorAll(`${where} .toast`)].map((each) => each.textContent.trim());
  draw(Toasts, {});
  tell('Ada joined');
  tell('Bo joined');
  flushSync();
  expect(shown('.toasts')).toEqual(['Ada joined', 'Bo joined']);
  draw(DirectLink, { onclose: () => undefined });
  expect([shown('.toasts'), shown('[role=dialog]')]).toEqual([[], ['Bo joined']]);
  tell('Cem joined');
  flushSync();
  expect([shown('.toasts'), shown('[role=dialog]')]).toEqual([[], ['Cem joined']]);
  expect(document.querySelectorAll('[role=dialog] .body .toast')).toHaveLength(0);
  click('Dismiss', document.querySelector('[role=dialog]') ?? undefined);
  expect(shown('[role=dialog]')).toEqual(['Bo joined']);
});

test('language and theme are settings', () => {
  draw(SettingsGeneral, {});
  click('Türkçe');
  click('Light');
  expect(asked()).toEqual([
    ['settings.set', { name: 'app.language', value: 'tr' }],
    ['settings.set', { name: 'app.theme', value: 'light' }],
  ]);
});

test('plugins show their state and reason, and only those that can be switched have a live switch', () => {
  hold(
    slices({
      plugins: {
        plugins: [
          plugin('voice'),
          plugin('spiral', { state: 'failed', reason: 'plugin spiral was not loaded: no numba' }),
          plugin('layout', { state: 'stuck' }),
        ],
      },
    }),
  );
  draw(SettingsPlugins, {});
  expect(text()).toContain('plugin spiral was not loaded: no numba');
  const switches = [...document.querySelectorAll<HTMLButtonElement>('[role=switch]')];
  expect(switches.map((each) => [each.getAttribute('aria-checked'), each.disabled])).toEqual([
    ['true', false],
    ['false', false],
    ['false', true],
  ]);
  switches[0]?.click();
  expect(asked().at(-1)).toEqual(['plugins.set', { name: 'voice', on: false }]);
});

test('sound devices are named, and a machine without sound is told', () => {
  draw(SettingsSound, {});
  expect(text()).toContain('Sound devices are shown while voice is switched on.');
  hold(slices({ devices: { ...sound, engine: 'null' } }));
  expect(text()).toContain('This machine has no sound.');
  hold(
    slices({ devices: { ...sound, engine: 'miniaudio', inputs: ['USB'], input: 'USB', outputs: ['Box'] } }),
  );
  expect(text()).toContain('USB');
  expect(text()).toContain('System default');
});
