// @vitest-environment node
import { expect, test } from 'vitest';
import { age, stamp } from './stamp';

test('however slowly pictures come, their timestamps say sixty a second', () => {
  const stamps = [0, 67, 134, 201, 900, 2000].map((later, n) => stamp(n, 1_764_000_000_000 + later));
  const steps = stamps.slice(1).map((each, at) => each - (stamps[at] ?? 0));
  for (const step of steps) {
    expect(step).toBeGreaterThan(15_700);
    expect(step).toBeLessThan(18_300);
  }
});

test.each([
  [0, 0],
  [1, 12.4],
  [7, 83],
  [40_000, 999],
])('picture %d tells that it is %d ms old, also as the seconds of a video', (n, old) => {
  const delivered = 1_764_000_000_987;
  expect(age(stamp(n, delivered) / 1e6, delivered + old)).toBeCloseTo(old, 3);
});
