/**
 * How a picture gets to the screen. A painter has two halves: a surface in the page, which is an element
 * in the tile, and a brush in the worker, which draws into what the surface handed over (its `sink`).
 */

import { canvasBrush, canvasPainter } from './canvas';
import { generatorBrush, generatorPainter } from './generator';

export type Sink = WritableStream<VideoFrame> | OffscreenCanvas;

/** The page's half, one per tile. */
export interface Surface {
  readonly element: HTMLElement;
  /** Goes to the worker; transferable. */
  readonly sink: Sink;
  close(): void;
}

/** The worker's half. `draw` takes the frame over and closes it. */
export interface Brush {
  draw(frame: VideoFrame): void;
  close(): void;
}

export interface Painter {
  readonly name: string;
  /** True when what is presented can be watched on a `<video>` in the page (see probe.ts). */
  readonly video: boolean;
  possible(): boolean;
  surface(): Surface;
}

/** Best first, by measurement: per-tile generators cost a third less than canvases, and less memory. */
const painters: readonly Painter[] = [generatorPainter, canvasPainter];

/** The best painter that this engine can run, or the one named `wanted`; null where there is none. */
export function choosePainter(wanted = '', from: readonly Painter[] = painters): Painter | null {
  const possible = from.filter((painter) => painter.possible());
  return possible.find((painter) => painter.name === wanted) ?? possible[0] ?? null;
}

/** The brush that fits a sink. */
export function brush(sink: Sink): Brush {
  return sink instanceof WritableStream ? generatorBrush(sink) : canvasBrush(sink);
}
