import '../testing/browser';
import { beforeEach, expect, test } from 'vitest';
import { faultChoices, timelineText } from '../faults';
import { asked, click, draw, hold } from '../testing/draw';
import { slices } from '../testing/slices';
import Settings from './Settings.svelte';
import SettingsFaults from './SettingsFaults.svelte';

const text = (): string => document.body.textContent.replace(/\s+/g, ' ');
const events = [
  { at: 1200, what: 'status', detail: 'reconnecting' },
  { at: 12000, what: 'status', detail: 'connected' },
];

beforeEach(() => hold(slices({ faults: { events } })));

test('a timeline is one event a line, oldest first', () => {
  expect(timelineText(events)).toBe('    1.20 s  status reconnecting\n   12.00 s  status connected');
});

test('every fault has a name of its own and asks one command', async () => {
  draw(SettingsFaults, {});
  const options = [...document.querySelectorAll('option')];
  expect(options.map((option) => option.textContent)).not.toContain(expect.stringContaining('_'));
  for (const option of options) expect(option.textContent).not.toBe(option.value);
  const makers = Object.values(faultChoices).flatMap((group) => Object.values(group));
  expect(options).toHaveLength(makers.length);
});

test('a fault is made, all are ended, and the timeline is shown', () => {
  draw(SettingsFaults, {});
  expect(text()).toContain('status reconnecting');
  click('Break');
  click('End all faults');
  expect(asked()).toEqual([
    ['voice.simulate', { kind: 'signal_reconnect' }],
    ['faults.end', {}],
  ]);
});

test('the page of faults is there only while the plugin is on', () => {
  draw(Settings, { onclose: () => undefined });
  expect(text()).toContain('Faults');
  document.body.replaceChildren();
  hold(slices());
  draw(Settings, { onclose: () => undefined });
  expect(text()).not.toContain('Faults');
});
