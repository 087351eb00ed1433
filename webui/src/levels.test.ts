import { expect, test } from 'vitest';
import { inDecibels, inPercent, levelPart, milliseconds } from './levels';

test.each([
  [0, 1],
  [-40, 0.5],
  [-80, 0],
  [-120, 0],
  [6, 1],
])('%d dB fills %d of the bar', (level, part) => {
  expect(levelPart(level)).toBeCloseTo(part);
});

test('levels and volumes are written as the language does', () => {
  expect(inDecibels(-50, 'en')).toBe('-50 dB');
  expect(inPercent(150, 'en')).toBe('150%');
  expect(inPercent(50, 'tr')).toBe('%50');
});

test('a cost has two digits in the words of the language', () => {
  expect(milliseconds(742, 'en')).toBe('0.74');
  expect(milliseconds(1999, 'tr')).toBe('2,00');
});
