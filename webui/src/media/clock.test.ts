// @vitest-environment node
import { expect, test } from 'vitest';
import { latency, readClock } from './clock';

/** A row of a guest's picture: bars with the contrast that a codec leaves. */
function row(value: number, width: number, dark = 84, bright = 172): (x: number) => number {
  const bar = Math.floor(width / 32);
  return (x) => (Math.floor(value / 2 ** Math.floor(x / bar)) % 2 === 1 ? bright : dark);
}

test.each([320, 640, 1280, 180, 333])('the clock is read at %d pixels', (width) => {
  for (const value of [0, 1, 4711, 9999]) expect(readClock(width, row(value, width))).toBe(value);
});

test('a picture without a clock is no time', () => {
  expect(readClock(320, () => 255)).toBeNull();
  expect(readClock(320, row(10_000, 320))).toBeNull();
  expect(readClock(32, row(7, 32))).toBeNull();
});

test("latency is the way round the guests' loop", () => {
  expect(latency(1_790_000_004_750, 4711)).toBe(39);
  expect(latency(1_790_000_000_020, 9990)).toBe(30);
});

test('a time in the future or long ago is a misread', () => {
  expect(latency(1_790_000_004_700, 4711)).toBeNull();
  expect(latency(1_790_000_000_000, 4000)).toBeNull();
});
