/** What is drawn of a track, for who wants to know. While nobody does, nothing is counted. */

import type { Measured } from './messages';
import { age } from './stamp';

/** Of about the last second. `age` is ms from delivery by the SDK to the screen, null if nothing was drawn. */
export interface Drawn {
  fps: number;
  width: number;
  height: number;
  age: number | null;
}

type Told = (drawn: Drawn) => void;

const observers = new Map<string, Set<Told>>();
let owner: (() => void) | null = null;

/** Calls `told` about once a second with what is drawn of the track `key` (its text), until the end is called. */
export function observe(key: string, told: Told): () => void {
  const mine = observers.get(key) ?? new Set();
  observers.set(key, mine.add(told));
  owner?.();
  return () => {
    mine.delete(told);
    if (mine.size === 0 && observers.get(key) === mine) observers.delete(key);
    owner?.();
  };
}

/** Makes `changed` hear when observers come and go, or nobody. */
export function setObserved(changed: (() => void) | null): void {
  owner = changed;
}

/** Whether anybody wants to know, of one track or of any. */
export function observed(key?: string): boolean {
  return key === undefined ? observers.size > 0 : observers.has(key);
}

export function tell(key: string, drawn: Drawn): void {
  observers.get(key)?.forEach((told) => told(drawn));
}

/** What the worker measured in a second, in these words. */
export function drawnOf(measured: Measured): Drawn {
  const ages = [...measured.age].sort((one, other) => one - other);
  const age = ages[Math.floor(ages.length / 2)];
  return {
    fps: measured.drawn,
    width: measured.width,
    height: measured.height,
    age: age === undefined ? null : Math.round(age),
  };
}

/** Counts what a `<video>` presented. */
export class VideoCount {
  #video: HTMLVideoElement;
  #counted: number;
  #since: number;
  #age: number | null = null;
  #handle = 0;

  constructor(video: HTMLVideoElement, now: number) {
    this.#video = video;
    this.#counted = this.#presented();
    this.#since = now;
    this.#ask();
  }

  /** Since the last call; `now` is any steady clock in ms. */
  take(now: number): Drawn {
    const presented = this.#presented();
    const seconds = Math.max(0.001, (now - this.#since) / 1000);
    const drawn: Drawn = {
      fps: Math.round(Math.max(0, presented - this.#counted) / seconds),
      width: this.#video.videoWidth,
      height: this.#video.videoHeight,
      age: this.#age,
    };
    this.#counted = presented;
    this.#since = now;
    this.#age = null;
    this.#ask();
    return drawn;
  }

  stop(): void {
    this.#video.cancelVideoFrameCallback(this.#handle);
  }

  // See probe.ts on why these two.
  #presented(): number {
    const { totalVideoFrames, droppedVideoFrames } = this.#video.getVideoPlaybackQuality();
    return totalVideoFrames - droppedVideoFrames;
  }

  // One picture a second is enough; each asked one costs a callback.
  #ask(): void {
    this.#video.cancelVideoFrameCallback(this.#handle);
    this.#handle = this.#video.requestVideoFrameCallback((_now, data) => {
      this.#age = Math.round(age(data.mediaTime, performance.timeOrigin + performance.now()));
    });
  }
}
