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
    void readDelay(video, now).then((delay) => {
      if (delay !== null) to.latency?.(delay);
    });
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

/**
 * How old the picture that stands there at `now` is. Its bars are read from itself: drawn into a canvas, the whole
 * of it would be converted, and Chromium keeps what it converted (5 MB a second with nine people).
 */
async function readDelay(video: HTMLVideoElement, now: number): Promise<number | null> {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
  const picture = new VideoFrame(video);
  try {
    // Both begin with the plane of lightness.
    if (picture.format !== 'I420' && picture.format !== 'NV12') return null;
    const { x, y, width, height } = picture.visibleRect ?? new DOMRectReadOnly();
    if (height <= CLOCK_ROW + 1) return null;
    // A row of colour belongs to two of lightness.
    const rect = { x, y: y + CLOCK_ROW, width, height: 2 };
    const bytes = new Uint8Array(picture.allocationSize({ rect }));
    const [plane] = await picture.copyTo(bytes, { rect });
    const code = readClock(width, (at) => bytes[(plane?.offset ?? 0) + at] ?? 0);
    return code === null ? null : latency(now, code);
  } finally {
    picture.close();
  }
}
