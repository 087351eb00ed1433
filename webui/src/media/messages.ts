/** What the page and its media worker say to each other. */

import type { Sink } from './painter';
import type { Door } from './socket';

export type ToWorker =
  | { do: 'open'; door: Door | null }
  /** Whether `measured` is told. */
  | { do: 'measure'; on: boolean }
  | { do: 'draw'; id: number; key: string; sink: Sink }
  | { do: 'forget'; id: number };

export type FromWorker =
  /** The first picture of a stream was drawn in these tiles. */
  | { is: 'shown'; ids: number[] }
  /** The tiles' stream ended: nothing of it may stay on the screen. They need new sinks. */
  | { is: 'cleared'; ids: number[] }
  /** While it was asked for, about once a second: what brushes drew by key, and what was read from the pictures. */
  | { is: 'measured'; keys: Record<string, Measured> };

export interface Measured {
  drawn: number;
  width: number;
  height: number;
  latency: number[];
  age: number[];
}
