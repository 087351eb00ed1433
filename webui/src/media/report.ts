/** What the page measured of itself, gathered between two reports of measure mode. */

import { reportName } from './keys';

/** The arguments of `page.report`. Counts run since the start, samples since the last report. */
export interface PageReport {
  elapsed_ms: number;
  drawn: Record<string, number>;
  latency_ms: number[];
  age_ms: number[];
  sizes: Record<string, [number, number]>;
  spoke: string[];
  painter: string;
  frames_ms: number[];
}

/** Samples kept between two reports; beyond it the newest are left out. */
const MOST_SAMPLES = 512;

export class Gathering {
  #first: number | null = null;
  #drawn = new Map<string, number>();
  #sizes = new Map<string, [number, number]>();
  #latency: number[] = [];
  #age: number[] = [];
  #frames: number[] = [];
  #spoke = new Set<string>();

  /** `frames` more pictures of `key` (its text) were presented; `now` is any steady clock in ms. */
  drew(key: string, frames: number, now: number): void {
    if (frames <= 0) return;
    this.#first ??= now;
    const name = reportName(key);
    this.#drawn.set(name, (this.#drawn.get(name) ?? 0) + frames);
  }

  size(key: string, width: number, height: number): void {
    this.#sizes.set(reportName(key), [width, height]);
  }

  /** Milliseconds from a guest's capture to the pixel. */
  latency(ms: number): void {
    if (this.#latency.length < MOST_SAMPLES) this.#latency.push(Math.round(ms));
  }

  /** Milliseconds from the SDK's delivery to the pixel. */
  age(ms: number): void {
    if (this.#age.length < MOST_SAMPLES) this.#age.push(Math.round(ms));
  }

  /** Milliseconds between two frames of the page while its window changed its size. */
  frame(ms: number): void {
    if (this.#frames.length < MOST_SAMPLES) this.#frames.push(Math.round(ms));
  }

  spoke(user: string): void {
    this.#spoke.add(user);
  }

  /** The report at `now`; the samples begin anew. */
  take(now: number, painter: string): PageReport {
    const report: PageReport = {
      elapsed_ms: this.#first === null ? 0 : Math.round(now - this.#first),
      drawn: Object.fromEntries(this.#drawn),
      latency_ms: this.#latency,
      age_ms: this.#age,
      sizes: Object.fromEntries(this.#sizes),
      spoke: [...this.#spoke],
      painter,
      frames_ms: this.#frames,
    };
    this.#latency = [];
    this.#age = [];
    this.#frames = [];
    return report;
  }
}
