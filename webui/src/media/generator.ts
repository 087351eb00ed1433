/** Draws through a MediaStreamTrackGenerator into a `<video>`: Chromium, QtWebEngine, WebView2. */

import type { Brush, Painter, Surface } from './painter';

/** Not in TypeScript's DOM library: a Chromium API. */
interface Generator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}
type GeneratorClass = new (init: { kind: 'video' }) => Generator;

function generatorClass(): GeneratorClass | undefined {
  return (globalThis as { MediaStreamTrackGenerator?: GeneratorClass }).MediaStreamTrackGenerator;
}

export const generatorPainter: Painter = {
  name: 'generator',
  video: true,
  possible: () => generatorClass() !== undefined && typeof VideoFrame === 'function',
  surface(): Surface {
    const Class = generatorClass();
    if (!Class) throw new Error('this engine has no MediaStreamTrackGenerator');
    const track = new Class({ kind: 'video' });
    const video = document.createElement('video');
    video.muted = true;
    video.autoplay = true;
    video.playsInline = true;
    video.disablePictureInPicture = true;
    // A video without a picture holds the page's load event back, for ever if none comes.
    const start = (): void => {
      video.srcObject = new MediaStream([track]);
    };
    if (document.readyState === 'complete') start();
    else addEventListener('load', start, { once: true });
    return {
      element: video,
      sink: track.writable,
      close() {
        removeEventListener('load', start);
        track.stop();
        video.srcObject = null;
      },
    };
  },
};

export function generatorBrush(sink: WritableStream<VideoFrame>): Brush {
  const writer = sink.getWriter();
  // The page stops the track when a tile goes; what is still written then is nobody's loss.
  let open = true;
  writer.closed.catch(() => {
    open = false;
  });
  return {
    draw(frame) {
      if (open) writer.write(frame).catch(() => frame.close());
      else frame.close();
    },
    close() {
      if (open) writer.close().catch(() => undefined);
      open = false;
    },
  };
}
