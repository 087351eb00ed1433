/**
 * Reads the clock that synthetic guests (tests/guests/loop.py) burn into their picture: 32 bars along its top,
 * each `width // 32` wide, bar `b` light when bit `b` of the capture time (ms, modulo their loop) is set.
 */

/** Guests replay a loop of this many milliseconds. */
export const LOOP_MS = 10_000;
/** The row to read, in the middle of the bars. */
export const CLOCK_ROW = 6;
/** Longer delays than this are taken for a misread. */
const LONGEST_MS = 5_000;

/** `lightness(x)` gives 0..255 along the row. Null when what stands there is no clock. */
export function readClock(width: number, lightness: (x: number) => number): number | null {
  const bar = Math.floor(width / 32);
  if (bar < 2) return null;
  let value = 0;
  for (let b = 0; b < 32; b += 1) {
    if (lightness(b * bar + (bar >> 1)) > 128) value += 2 ** b;
  }
  return value < LOOP_MS ? value : null;
}

/** Milliseconds from capture to `now` (epoch ms); null when the reading cannot be right. */
export function latency(now: number, code: number): number | null {
  const delay = (((now - code) % LOOP_MS) + LOOP_MS) % LOOP_MS;
  return delay < LONGEST_MS ? delay : null;
}
