/** Arrow keys walk among tiles by where they lie. Pure. */
import type { Placed } from './protocol';

type Box = Pick<Placed, 'x' | 'y' | 'width' | 'height'>;

const WAYS = {
  ArrowLeft: { axis: 'x', sign: -1 },
  ArrowRight: { axis: 'x', sign: 1 },
  ArrowUp: { axis: 'y', sign: -1 },
  ArrowDown: { axis: 'y', sign: 1 },
} as const;

/** How much further away a tile seems that does not lie straight ahead, and how far aside it may lie at most. */
const ASIDE = 3;
const CONE = 2;

/** The nearest tile in the key's direction, straight ahead before aside; the first or the last for Home and End. */
export function walk<T extends Box>(tiles: readonly T[], from: T, key: string): T | undefined {
  if (key === 'Home') return inReadingOrder(tiles)[0];
  if (key === 'End') return inReadingOrder(tiles).at(-1);
  if (!(key in WAYS)) return undefined;
  const { axis, sign } = WAYS[key as keyof typeof WAYS];
  const across = axis === 'x' ? 'y' : 'x';
  let nearest: T | undefined;
  let least = Infinity;
  for (const tile of tiles) {
    const ahead = sign * (centre(tile, axis) - centre(from, axis));
    if (tile === from || ahead <= 0) continue;
    const aside = Math.abs(centre(tile, across) - centre(from, across));
    const straight = overlap(tile, from, across);
    if (!straight && aside >= CONE * ahead) continue;
    const far = ahead + (straight ? aside / 10 : ASIDE * aside);
    if (far < least) [nearest, least] = [tile, far];
  }
  return nearest;
}

/** From top to bottom, within a row from left to right. */
export function inReadingOrder<T extends Box>(tiles: readonly T[]): T[] {
  return [...tiles].sort((a, b) => a.y - b.y || a.x - b.x);
}

/** Those of `now`, who were there before first and as they were: a node that is moved in the page moves in one jump. */
export function steady(before: readonly string[], now: readonly string[]): string[] {
  const staying = before.filter((key) => now.includes(key));
  return [...staying, ...now.filter((key) => !staying.includes(key))];
}

function centre(box: Box, axis: 'x' | 'y'): number {
  return box[axis] + sizeOf(box, axis) / 2;
}

function sizeOf(box: Box, axis: 'x' | 'y'): number {
  return axis === 'x' ? box.width : box.height;
}

function overlap(a: Box, b: Box, axis: 'x' | 'y'): boolean {
  return a[axis] < b[axis] + sizeOf(b, axis) && b[axis] < a[axis] + sizeOf(a, axis);
}
