/** How loud somebody is for me, my own volumes, and the mark of a microphone that is off. */
import { flushSync } from 'svelte';
import { beforeEach, expect, test } from 'vitest';
import { Sound } from '../sound';
import { asked, draw, hold } from '../testing/draw';
import { idle, person, slices } from '../testing/slices';
import Controls from './Controls.svelte';
import PersonDialog from './PersonDialog.svelte';
import PersonRow from './PersonRow.svelte';
import SoundInput from './SoundInput.svelte';
import SoundOutput from './SoundOutput.svelte';

const here = person('mehmet', { name: 'Mehmet Öztürk' });
const devices = { engine: 'miniaudio' as const, inputs: ['Mic'], outputs: ['Speakers'], input: '', output: '', problem: '' };

function settings(more: Record<string, unknown> = {}): void {
  hold(slices({ devices, settings: { values: { 'app.language': 'en', ...more } } }));
}

function slider(label: string): HTMLInputElement {
  const found = document.querySelector<HTMLInputElement>(`input[type=range][aria-label="${label}"]`);
  if (!found) throw new Error(`there is no slider "${label}"`);
  return found;
}

function drag(label: string, value: number): void {
  const input = slider(label);
  input.value = String(value);
  input.dispatchEvent(new Event('input', { bubbles: true }));
  input.dispatchEvent(new Event('change', { bubbles: true }));
  flushSync();
}

function toggle(label: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[role=switch][aria-label="${label}"]`);
  if (!found) throw new Error(`there is no switch "${label}"`);
  return found;
}

const show = () => draw(PersonDialog, { place: undefined, user: 'mehmet', here, onclose: () => undefined });
const label = (props: { person: ReturnType<typeof person> }): string =>
  draw(PersonRow, { ...props, speaking: false, me: false }).textContent;

beforeEach(() => settings());

test('a person is 0 to 200 percent loud, voice and screen apart', () => {
  settings({ 'voice.volumes': { mehmet: 150 }, 'voice.shared_volumes': {} });
  show();
  const voice = slider('Voice');
  expect([voice.min, voice.max, voice.value, voice.getAttribute('aria-valuetext')]).toEqual(['0', '200', '150', '150%']);
  expect(slider('Sound of the screen').value).toBe('100');
  drag('Voice', 200);
  drag('Sound of the screen', 0);
  expect(asked()).toEqual([
    ['voice.volume', { user: 'mehmet', percent: 200, shared: false }],
    ['voice.volume', { user: 'mehmet', percent: 0, shared: true }],
  ]);
});

test('a person is silenced for me alone, and heard again', () => {
  show();
  toggle('Do not hear this person').click();
  expect(asked()).toEqual([['voice.silence', { user: 'mehmet', on: true }]]);
  settings({ 'voice.silenced': ['mehmet'] });
  expect(toggle('Do not hear this person').getAttribute('aria-checked')).toBe('true');
  toggle('Do not hear this person').click();
  expect(asked().at(-1)).toEqual(['voice.silence', { user: 'mehmet', on: false }]);
});

test('who only watches changes nothing', () => {
  hold(slices({ devices }), { watch_only: true });
  show();
  expect(slider('Voice').disabled).toBe(true);
});

test('a microphone that is off is marked, in words too; deafened says more, away most', () => {
  expect(label({ person: person('a') })).not.toContain('muted');
  const { muted, deafened, away } = {
    muted: label({ person: person('a', { muted: true }) }),
    deafened: label({ person: person('a', { muted: true, deafened: true }) }),
    away: label({ person: person('a', { muted: true, present: false }) }),
  };
  expect(muted).toContain('muted');
  expect(deafened).not.toContain('muted');
  expect(new Set([muted, deafened, away]).size).toBe(3);
});

test('my own volumes are 0 to 200 percent and settings', () => {
  hold(
    slices({ voice: idle, devices, settings: { values: { 'voice.input_volume': 80, 'voice.output_volume': 100 } } }),
  );
  draw(SoundInput, { sound: new Sound() });
  draw(SoundOutput, { sound: new Sound() });
  expect([slider('Microphone volume').value, slider('Microphone volume').max]).toEqual(['80', '200']);
  drag('Microphone volume', 120);
  drag('Speaker volume', 55);
  expect(asked().filter(([name]) => name === 'settings.set')).toEqual([
    ['settings.set', { name: 'voice.input_volume', value: 120 }],
    ['settings.set', { name: 'voice.output_volume', value: 55 }],
  ]);
});

test('a voice plugin without volumes of its own shows none', () => {
  draw(SoundInput, { sound: new Sound() });
  draw(SoundOutput, { sound: new Sound() });
  expect(document.querySelector('[aria-label="Microphone volume"], [aria-label="Speaker volume"]')).toBeNull();
});

test('a call without sound says so beside its controls, and nothing while all is well or just starts', () => {
  const told = (problem: string): string => {
    hold(slices({ devices: { ...devices, problem }, settings: { values: { 'app.language': 'en' } } }));
    return draw(Controls, { voice: idle }).querySelector('[role=status]')?.textContent.trim() ?? '';
  };
  expect(told('')).toBe('');
  expect(told('starting')).toBe('');
  expect(told('no_sound')).toContain('no sound');
  expect(told('speaker_busy')).toContain('Another program has the loudspeaker');
  expect(told('chosen_microphone_busy')).toContain('Another program has the chosen microphone');
});

test('a microphone that dies in a call is said beside its controls until there is one again', () => {
  const told = (problem: 'none' | 'permission' | 'busy' | ''): string => {
    const capture = { problem, suppressor: 'off' as const, testing: false };
    hold(slices({ devices, capture, settings: { values: { 'app.language': 'en' } } }));
    const voice = { ...idle, microphone: 'on' as const };
    return draw(Controls, { voice }).querySelector('[role=status]')?.textContent.trim() ?? '';
  };
  expect(told('')).toBe('');
  expect(told('none')).toContain('No microphone found');
  expect(told('permission')).toContain('keeps it from xcord');
  expect(told('busy')).toContain('Another program has the microphone');
  expect(told('')).toBe('');
});

test('a sound server that does not let the app in is said in words', () => {
  hold(slices({ devices: { ...devices, problem: 'sound_server_refuses' }, settings: { values: { 'app.language': 'en' } } }));
  expect(draw(Controls, { voice: idle }).querySelector('[role=status]')?.textContent).toContain('does not let xcord in');
});
