/** The painters that there are, and which of them this engine gets. */

import { canvasBrush, canvasPainter } from './canvas';
import { generatorBrush, generatorPainter } from './generator';
import type { Brush, Painter, Sink } from './painter';

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
