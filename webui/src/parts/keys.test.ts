/** The settings of keys, and the mark of push to talk. */
import { beforeEach, expect, test } from 'vitest';
import { settings } from '../settings.svelte';
import { Sound } from '../sound';
import { asked, button, click, draw, hold } from '../testing/draw';
import { hotkeys, plugin, slices } from '../testing/slices';
import type { Slices } from '../protocol';
import PushToTalk from './PushToTalk.svelte';
import SettingsKeys from './SettingsKeys.svelte';
import SoundInput from './SoundInput.svelte';

const values = { 'app.language': 'en', 'voice.gate': 'ptt', 'hotkeys.release_delay': 40, 'hotkeys.longest_hold': 120 };

function held(more: Slices = {}): Slices {
  return slices({ settings: { values }, hotkeys: hotkeys(), ...more });
}

beforeEach(() => (settings.page = 'general'));

test('a key is chosen, given up, shown and taken away', () => {
  hold(held());
  const page = draw(SettingsKeys, {});
  expect(page.textContent).toContain('nobody hears you');
  expect(page.textContent).toContain('no key is looked for');
  click('Choose a key: Push to talk');
  hold(held({ hotkeys: hotkeys({ recording: 'push_to_talk' }) }));
  expect(page.textContent).toContain('Escape cancels');
  click('Cancel choosing a key: Push to talk');
  hold(held({ hotkeys: hotkeys({ bindings: { push_to_talk: 'ctrl+f8' }, listener: 'global' }) }));
  expect(page.querySelector('kbd')?.textContent).toBe('Ctrl + F8');
  expect(page.textContent).not.toContain('nobody hears you.');
  click('Remove the key: Push to talk');
  expect(asked()).toEqual([
    ['hotkeys.record', { action: 'push_to_talk' }],
    ['hotkeys.record_stop', {}],
    ['hotkeys.clear', { action: 'push_to_talk' }],
  ]);
});

test('conflicts and limits are said in words', () => {
  hold(
    held({
      hotkeys: hotkeys({
        bindings: { mute: 'f1', deafen: 'f1' },
        listener: 'window',
        problem: 'portal_missing',
        conflicts: [{ action: 'mute', trouble: 'same', other: 'deafen' }],
      }),
    }),
  );
  const page = draw(SettingsKeys, {});
  expect(page.textContent).toContain('also does: Deafen');
  expect(page.textContent).toContain('portal for shortcuts');
  expect(page.textContent).toContain('discarded at once');
});

test('keys of the overlay are there while there is an overlay', () => {
  hold(held());
  expect(draw(SettingsKeys, {}).textContent).not.toContain('Overlay');
});

test('a key without push to talk offers it', () => {
  const open = { ...values, 'voice.gate': 'open' };
  hold(held({ settings: { values: open }, hotkeys: hotkeys({ bindings: { push_to_talk: 'f8' } }) }));
  draw(SettingsKeys, {});
  click('Be heard only while it is held');
  expect(asked()).toEqual([['settings.set', { name: 'voice.gate', value: 'ptt' }]]);
});

test('without the plugin the page says where to switch it on, and who only watches changes nothing', () => {
  hold(slices({ settings: { values } }));
  expect(draw(SettingsKeys, {}).textContent).toContain('under Plugins');
  hold(held(), { watch_only: true });
  draw(SettingsKeys, {});
  expect(button('Choose a key: Mute, and back').disabled).toBe(true);
});

test('the mark beside the microphone says what push to talk does', () => {
  let opened = 0;
  hold(held());
  const page = draw(PushToTalk, { onkeys: () => (opened += 1) });
  click('Choose a key');
  expect(opened).toBe(1);
  const says = (of: Parameters<typeof hotkeys>[0]): string => {
    hold(held({ hotkeys: hotkeys({ bindings: { push_to_talk: 'f8' }, listener: 'global', ...of }) }));
    return page.textContent.trim();
  };
  expect(says({})).toBe('Hold F8 to talk');
  expect(says({ listener: 'window' })).toContain('in this window');
  expect(says({ held: ['push_to_talk'] })).toBe('You are heard');
  expect(says({ held: ['push_to_mute'] })).toContain('Nobody hears you');
});

test('where the gate is chosen the way to the keys is near', () => {
  hold(held({ plugins: { plugins: [plugin('hotkeys')] } }));
  const page = draw(SoundInput, { sound: new Sound() });
  expect(page.textContent).toContain('nobody hears you');
  click('Choose in Keys');
  expect(settings.page).toBe('keys');
});
