import { expect, test } from 'vitest';
import { placed } from './testing/slices';
import { inReadingOrder, steady, walk } from './walk';

const at = (user: string, x: number, y: number, width = 3000, height = 3000) =>
  placed(user, { x, y, width, height });
const [a, b, c] = [at('a', 0, 0), at('b', 3300, 0), at('c', 6600, 0)];
const [d, e] = [at('d', 1650, 3300), at('e', 4950, 3300)]; // a last row that is centred
const gallery = [e, a, d, c, b];

test.each([
  [a, 'ArrowRight', b],
  [b, 'ArrowLeft', a],
  [a, 'ArrowLeft', undefined],
  [a, 'ArrowUp', undefined],
  [a, 'ArrowDown', d],
  [c, 'ArrowDown', e],
  [d, 'ArrowUp', a],
  [e, 'ArrowRight', undefined],
  [d, 'ArrowRight', e],
  [e, 'Home', a],
  [a, 'End', e],
  [a, 'x', undefined],
])('in a gallery, from %o %s', (from, key, to) => {
  expect(walk(gallery, from, key)).toBe(to);
});

test('from the large tile into the strip beside it and back', () => {
  const large = at('large', 0, 0, 8000, 10000);
  const strip = [0, 1, 2, 3].map((n) => at(`s${n}`, 8200, 500 + 2300 * n, 1800, 2000));
  const tiles = [large, ...strip];
  expect(walk(tiles, large, 'ArrowRight')?.user).toMatch(/s[12]/);
  expect(walk(tiles, strip[0]!, 'ArrowLeft')).toBe(large);
  expect(walk(tiles, strip[0]!, 'ArrowDown')).toBe(strip[1]);
  expect(walk(tiles, strip[3]!, 'ArrowDown')).toBeUndefined();
});

test('every tile of a gallery is reached from every other one by arrows', () => {
  const grid = Array.from({ length: 13 }, (_, n) => at(`u${n}`, 2500 * (n % 4) + (n > 11 ? 3750 : 0), 2500 * Math.floor(n / 4), 2400, 2400));
  for (const start of grid) {
    const reached = new Set([start]);
    const open = [start];
    while (open.length > 0) {
      const from = open.pop()!;
      for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) {
        const to = walk(grid, from, key);
        if (to && !reached.has(to)) {
          reached.add(to);
          open.push(to);
        }
      }
    }
    expect(reached.size).toBe(grid.length);
  }
});

test('reading order goes by rows', () => {
  expect(inReadingOrder(gallery)).toEqual([a, b, c, d, e]);
});

test.each([
  [[], ['b', 'a'], ['b', 'a']],
  [['a', 'b', 'c'], ['c', 'a', 'b'], ['a', 'b', 'c']],
  [['a', 'b', 'c'], ['d', 'c', 'e', 'a'], ['a', 'c', 'd', 'e']],
  [['a'], [], []],
])('of %o and %o', (before, now, after) => {
  expect(steady(before, now)).toEqual(after);
});
