/**
 * The timestamps of pictures, which engines take for their pace.
 *
 * Chromium draws a page with two videos or more only as often as the quickest of them comes by its timestamps
 * (VideoConferenceMatcher, components/viz/service/display/frame_interval_matchers.cc): with cameras of 15 pictures
 * a second the whole window moves, resizes and animates 30 times a second. So each picture says that it comes
 * `STEP` after the one before, whatever passed meanwhile; a MediaStream is shown as it comes. The digits below
 * `STEP` tell when the picture was delivered, for whoever measures.
 */

/** Microseconds: 60 a second, and the age's digits beneath. */
const STEP = 17_000;
/** Milliseconds after which an age begins anew. */
const WRAPS = 1000;

/** Microseconds for picture `n` of a stream, counted from 0, delivered at `delivered` epoch milliseconds. */
export function stamp(n: number, delivered: number): number {
  return n * STEP + (Math.floor(delivered) % WRAPS);
}

/** Milliseconds from delivery to `now` (epoch ms), less than a second of them, of a picture with this `mediaTime` (s). */
export function age(mediaTime: number, now: number): number {
  const delivered = Math.round(mediaTime * 1e6) % STEP;
  return (((now - delivered) % WRAPS) + WRAPS) % WRAPS;
}
