/**
 * The worker's core: which stream is drawn by which brushes. Knows neither the socket nor the worker's
 * scope, so that tests can drive it.
 */

import type { Batch, BatchFrame } from './batch';
import type { FromWorker } from './messages';
import type { Meter } from './meter';
import type { Brush } from './painter';
import { stamp } from './stamp';

interface Place {
  key: string;
  brush: Brush;
  /** The stream whose picture it shows; null before the first. */
  shows: number | null;
}

/** Guests and the SDK convert with BT.601, as WebRTC does; without this Chromium takes BT.709. */
const COLOURS: VideoColorSpaceInit = {
  matrix: 'smpte170m',
  primaries: 'smpte170m',
  transfer: 'smpte170m',
  fullRange: false,
};

export type MakeFrame = (buffer: ArrayBuffer, frame: BatchFrame, timestamp: number, alone: boolean) => VideoFrame;

/** A picture from a batch; `alone`, it takes the batch's memory over instead of a copy. */
export function makeFrame(buffer: ArrayBuffer, frame: BatchFrame, timestamp: number, alone: boolean): VideoFrame {
  const init: VideoFrameBufferInit & { transfer?: ArrayBuffer[] } = {
    format: 'I420',
    codedWidth: frame.width,
    codedHeight: frame.height,
    timestamp,
    colorSpace: COLOURS,
  };
  if (alone) init.transfer = [buffer];
  return new VideoFrame(new Uint8Array(buffer, frame.offset, frame.length), init);
}

export class Easel {
  #tell: (message: FromWorker) => void;
  #make: MakeFrame;
  #places = new Map<number, Place>();
  #streams: ReadonlyMap<number, string> = new Map();
  /** How many pictures were made of each stream. */
  #made = new Map<number, number>();
  /** The newest picture of each stream that came before its tile did. */
  #early = new Map<number, { frame: BatchFrame; bytes: ArrayBuffer }>();
  meter: Meter | null = null;

  constructor(tell: (message: FromWorker) => void, make: MakeFrame = makeFrame) {
    this.#tell = tell;
    this.#make = make;
  }

  /** Tile `id` shows the track `key` with `brush` from now on. */
  draw(id: number, key: string, brush: Brush): void {
    this.forget(id);
    this.#places.set(id, { key, brush, shows: null });
    for (const [stream, { frame, bytes }] of this.#early) {
      if (this.#streams.get(stream) !== key) continue;
      this.#early.delete(stream);
      this.#prepare(frame, bytes, true)();
    }
  }

  forget(id: number): void {
    this.#places.get(id)?.brush.close();
    this.#places.delete(id);
  }

  /**
   * The streams that exist now. A tile whose stream ended is forgotten at once: the page hides it and hands
   * over a new sink, for the old one might show its last picture once more.
   */
  streams(now: ReadonlyMap<number, string>): void {
    this.#streams = now;
    for (const stream of this.#early.keys()) if (!now.has(stream)) this.#early.delete(stream);
    for (const stream of this.#made.keys()) if (!now.has(stream)) this.#made.delete(stream);
    const ids: number[] = [];
    for (const [id, place] of this.#places) {
      if (place.shows === null || now.get(place.shows) === place.key) continue;
      this.forget(id);
      ids.push(id);
    }
    if (ids.length > 0) this.#tell({ is: 'cleared', ids });
  }

  /**
   * Shows what came. The picture that makes most of the batch takes its memory over, after all others have copied
   * theirs, and is shown before them: Chromium composes at the first one and shows the others at the screen's next
   * turn.
   */
  batch(batch: Batch, buffer: ArrayBuffer): void {
    const most = batch.frames.find((frame) => frame.length * 2 > buffer.byteLength);
    const made: (() => void)[] = [];
    try {
      for (const frame of batch.frames) if (frame !== most) made.push(this.#prepare(frame, buffer, false));
      if (most) made.unshift(this.#prepare(most, buffer, true));
    } finally {
      for (const show of made) show();
    }
  }

  /** Makes a picture; returns what shows it. `alone`: nobody needs `buffer` after this. */
  #prepare(frame: BatchFrame, buffer: ArrayBuffer, alone: boolean): () => void {
    const key = this.#streams.get(frame.stream);
    if (key === undefined) return () => undefined;
    const places = [...this.#places].filter(([, place]) => place.key === key);
    if (places.length === 0) {
      const bytes = buffer.slice(frame.offset, frame.offset + frame.length);
      this.#early.set(frame.stream, { frame: { ...frame, offset: 0 }, bytes });
      return () => undefined;
    }
    this.meter?.frame(key, frame, buffer);
    const made = this.#made.get(frame.stream) ?? 0;
    this.#made.set(frame.stream, made + 1);
    const picture = this.#make(buffer, frame, stamp(made, frame.delivered), alone);
    return () => {
      const shown: number[] = [];
      places.forEach(([id, place], index) => {
        place.brush.draw(index < places.length - 1 ? picture.clone() : picture);
        if (place.shows !== frame.stream) shown.push(id);
        place.shows = frame.stream;
      });
      if (shown.length > 0) this.#tell({ is: 'shown', ids: shown });
    };
  }
}
