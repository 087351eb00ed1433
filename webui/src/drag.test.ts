import { afterEach, expect, test, vi } from 'vitest';
import { Courier, moved, scaled } from './drag';

const rect = { x: 100, y: 50, width: 240, height: 80 };
const from = { x: 10, y: 10 };

afterEach(() => vi.unstubAllGlobals());

test('what is moved goes as far as the pointer, in whole pixels', () => {
  expect(moved(rect, from, { x: 30.4, y: -9.6 })).toEqual({ x: 120, y: 30, width: 240, height: 80 });
});

test.each([
  [false, false, { x: 130, y: 10 }, { x: 100, y: 50, width: 360, height: 120 }],
  [true, true, { x: -110, y: 10 }, { x: -20, y: 10, width: 360, height: 120 }],
  [true, false, { x: 130, y: 10 }, { x: 220, y: 50, width: 120, height: 40 }],
  [false, true, { x: -900, y: 10 }, { x: 100, y: 129, width: 1, height: 1 }],
])('what is scaled keeps its shape and its corner (right %s, bottom %s)', (right, bottom, to, expected) => {
  expect(scaled({ ...rect, right, bottom }, from, to)).toEqual(expected);
});

test('many positions in one frame are told once, and the last one at once', () => {
  let frame: (() => void) | undefined;
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => ((frame = run), 1));
  vi.stubGlobal('cancelAnimationFrame', () => (frame = undefined));
  const told: number[] = [];
  const courier = new Courier<number>((value) => told.push(value));
  courier.soon(1);
  courier.soon(2);
  expect(told).toEqual([]);
  frame?.();
  expect(told).toEqual([2]);
  courier.soon(3);
  courier.now(4);
  frame?.();
  expect(told).toEqual([2, 4]);
});
