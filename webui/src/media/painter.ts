/**
 * How a picture gets to the screen. A painter has two halves: a surface in the page, which is an element
 * in the tile, and a brush in the worker, which draws into what the surface handed over (its `sink`).
 */

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
