import { expect, test } from 'vitest';
import { levelPart, milliseconds } from './levels';

test.each([
  [0, 1],
  [-40, 0.5],
  [-80, 0],
  [-120, 0],
  [6, 1],
])('%d dB fills %d of the bar', (level, part) => {
  expect(levelPart(level)).toBeCloseTo(part);
});

test('a cost has two digits in the words of the language', () => {
  expect(milliseconds(742, 'en')).toBe('0.74');
  expect(milliseconds(1999, 'tr')).toBe('2,00');
});
