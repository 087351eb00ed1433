/** Dragging an overlay in edit mode: where it goes, and telling that at most once a frame. */
import type { Commands, OverlayWindow } from './protocol';

export type Put = Required<Commands['overlay.place']>;
export type Rect = Pick<OverlayWindow, 'x' | 'y' | 'width' | 'height'>;

interface Point {
  x: number;
  y: number;
}

export function moved(start: Rect, from: Point, to: Point): Rect {
  const { x, y, width, height } = start;
  return { x: Math.round(x + to.x - from.x), y: Math.round(y + to.y - from.y), width, height };
}

/** Drawn larger or smaller by its free corner; the one in which it keeps to its window stays where it is. */
export function scaled(start: Rect & Pick<OverlayWindow, 'right' | 'bottom'>, from: Point, to: Point): Rect {
  const { right, bottom } = start;
  const further = right ? from.x - to.x : to.x - from.x;
  const width = Math.max(1, Math.round(start.width + further));
  const height = Math.max(1, Math.round((start.height * width) / start.width));
  return {
    x: right ? start.x + start.width - width : start.x,
    y: bottom ? start.y + start.height - height : start.y,
    width,
    height,
  };
}

/** Tells the newest of many values once a frame; `now` tells at once and drops what waits. */
export class Courier<T> {
  #tell: (value: T) => void;
  #waiting: T | undefined;
  #frame = 0;

  constructor(tell: (value: T) => void) {
    this.#tell = tell;
  }

  soon(value: T): void {
    this.#waiting = value;
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#go());
  }

  now(value: T): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#waiting = undefined;
    this.#tell(value);
  }

  #go(): void {
    this.#frame = 0;
    const value = this.#waiting;
    this.#waiting = undefined;
    if (value !== undefined) this.#tell(value);
  }
}
