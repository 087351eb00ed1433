/**
 * Measure mode in the worker: counts what was drawn and reads the clock of a small share of the pictures.
 * Used with painters that draw in the worker; a `<video>` is watched in the page instead (probe.ts).
 */

import type { BatchFrame } from './batch';
import { CLOCK_ROW, latency, readClock } from './clock';
import type { Measured } from './messages';

/** One picture in so many is read. */
const SHARE = 5;

export class Meter {
  #now: () => number;
  #keys = new Map<string, Measured & { seen: number }>();

  /** `now` gives epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  frame(key: string, frame: BatchFrame, buffer: ArrayBuffer): void {
    let of = this.#keys.get(key);
    if (!of) this.#keys.set(key, (of = { drawn: 0, width: 0, height: 0, latency: [], age: [], seen: 0 }));
    of.drawn += 1;
    of.width = frame.width;
    of.height = frame.height;
    if (of.seen++ % SHARE !== 0) return;
    const now = this.#now();
    of.age.push(now - frame.delivered);
    if (frame.height <= CLOCK_ROW) return;
    const row = new Uint8Array(buffer, frame.offset + CLOCK_ROW * frame.width, frame.width);
    const code = readClock(frame.width, (x) => row[x] ?? 0);
    const delay = code === null ? null : latency(now, code);
    if (delay !== null) of.latency.push(delay);
  }

  /** What was gathered since the last call. */
  take(): Record<string, Measured> {
    const taken: Record<string, Measured> = {};
    for (const [key, of] of this.#keys) {
      taken[key] = { drawn: of.drawn, width: of.width, height: of.height, latency: of.latency, age: of.age };
      of.drawn = 0;
      of.latency = [];
      of.age = [];
    }
    return taken;
  }
}
