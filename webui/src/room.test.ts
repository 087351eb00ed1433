// @vitest-environment node
import { expect, test } from 'vitest';
import { words } from './room';

test.each([
  [406, 228, ''],
  [240, 200, 'medium'],
  [400, 150, 'medium'],
  [200, 150, 'medium small'],
  [400, 112, 'medium small'],
  [170, 120, 'medium small tiny'],
  [400, 96, 'medium small tiny'],
  [110, 62, 'medium small tiny narrow'],
])('a tile of %dx%d is %s', (width, height, expected) => {
  expect(words(width, height)).toBe(expected);
});
