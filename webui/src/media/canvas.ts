/** Draws into a 2D canvas, from the worker: WebKit, and every engine without a track generator. */

import type { Brush, Painter, Surface } from './painter';

export const canvasPainter: Painter = {
  name: 'canvas',
  video: false,
  possible: () =>
    typeof VideoFrame === 'function' &&
    typeof OffscreenCanvas === 'function' &&
    'transferControlToOffscreen' in HTMLCanvasElement.prototype,
  surface(): Surface {
    const canvas = document.createElement('canvas');
    return { element: canvas, sink: canvas.transferControlToOffscreen(), close: () => undefined };
  },
};

export function canvasBrush(canvas: OffscreenCanvas): Brush {
  const context = canvas.getContext('2d', { alpha: false });
  return {
    draw(frame) {
      // Setting a size clears and re-allocates, so only when it changed.
      if (canvas.width !== frame.displayWidth) canvas.width = frame.displayWidth;
      if (canvas.height !== frame.displayHeight) canvas.height = frame.displayHeight;
      context?.drawImage(frame, 0, 0);
      frame.close();
    },
    close() {
      canvas.width = 0;
      canvas.height = 0;
    },
  };
}
