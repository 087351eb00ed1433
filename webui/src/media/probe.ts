/**
 * Measure mode in the page: what a `<video>` presented. The element counts by itself; the clock is read from a
 * small share of the pictures. Used for our own tiles and, in the bench, for its peer's.
 */

import { CLOCK_ROW, latency, readClock } from './clock';

export interface Presented {
  /** So many more pictures reached the screen. */
  frames(count: number, width: number, height: number): void;
  /** Milliseconds on a guest's clock; left out, no picture is looked at. */
  latency?(ms: number): void;
  /** The picture's own timestamp in seconds, and epoch milliseconds. */
  picture?(mediaTime: number, now: number): void;
}

export interface Watch {
  /** Tells the pictures since the last count. */
  count(): void;
  stop(): void;
}

/** A picture is looked at so often, in milliseconds. */
const EVERY_MS = 400;
const canvas = { context: null as CanvasRenderingContext2D | null };

export function watch(video: HTMLVideoElement, to: Presented): Watch {
  let counted = 0;
  let handle = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const count = (): void => {
    // Not `presentedFrames` of the callback below: Chromium counts pictures there that were replaced unseen.
    const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
    const now = totalVideoFrames - droppedVideoFrames;
    if (now > counted) to.frames(now - counted, video.videoWidth, video.videoHeight);
    counted = Math.max(counted, now);
  };
  const presented = (_now: number, data: VideoFrameCallbackMetadata): void => {
    const now = performance.timeOrigin + performance.now();
    to.picture?.(data.mediaTime, now);
    const code = readRow(video);
    const delay = code === null ? null : latency(now, code);
    if (delay !== null) to.latency?.(delay);
    timer = setTimeout(ask, EVERY_MS);
  };
  const ask = (): void => {
    handle = video.requestVideoFrameCallback(presented);
  };
  if (to.latency) ask();
  return {
    count,
    stop() {
      count();
      clearTimeout(timer);
      video.cancelVideoFrameCallback(handle);
    },
  };
}

function readRow(video: HTMLVideoElement): number | null {
  const width = video.videoWidth;
  if (width === 0) return null;
  canvas.context ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const context = canvas.context;
  if (!context) return null;
  if (context.canvas.width < width) context.canvas.width = width;
  if (context.canvas.height !== 1) context.canvas.height = 1;
  context.drawImage(video, 0, CLOCK_ROW, width, 1, 0, 0, width, 1);
  const { data } = context.getImageData(0, 0, width, 1);
  return readClock(width, (x) => {
    const [red = 0, green = 0, blue = 0] = data.subarray(4 * x, 4 * x + 3);
    return 0.3 * red + 0.59 * green + 0.11 * blue;
  });
}
