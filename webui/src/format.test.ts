import { expect, test } from 'vitest';
import { hostOf, hueOf, initials, percent } from './format';

test.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['  Mehmet  Can Öztürk ', 'MÖ'],
  ['Maximiliane-Charlotte', 'MC'],
  ['(guest) 7', 'G7'],
  ['李小龍', '李'],
  ['👩‍🚀', '👩'],
  ['', '?'],
])('the initials of "%s" are %s', (name, letters) => {
  expect(initials(name)).toBe(letters);
});

test('Turkish capitals keep their dot', () => {
  expect(initials('ilker ışık', 'tr')).toBe('İI');
  expect(initials('ilker ışık', 'en')).toBe('II');
});

test('a hue stays with its user and neighbours differ', () => {
  expect(hueOf('ada')).toBe(hueOf('ada'));
  const hues = Array.from({ length: 12 }, (_, n) => hueOf(`guest-${n}`));
  expect(new Set(hues).size).toBeGreaterThan(9);
  for (const hue of hues) expect(hue).toBeGreaterThanOrEqual(0);
  for (const hue of hues) expect(hue).toBeLessThan(360);
});

test.each([
  [0, '0%'],
  [3333, '33.33%'],
  [10000, '100%'],
])('%i ten-thousandths are %s', (value, text) => {
  expect(percent(value)).toBe(text);
});

test.each([
  ['https://voice.example.org:8443/x', 'voice.example.org:8443'],
  ['not an address', 'not an address'],
  ['', ''],
])('the host of "%s" is "%s"', (address, host) => {
  expect(hostOf(address)).toBe(host);
});
