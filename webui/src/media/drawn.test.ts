import { afterEach, expect, test, vi } from 'vitest';
import { drawnOf, observe, observed, setObserved, tell, VideoCount } from './drawn';
import { stamp } from './stamp';

afterEach(() => setObserved(null));

const drawn = { fps: 15, width: 320, height: 180, age: 20 };

test('who observes a track is told of it and of no other, until the end', () => {
  const [one, two] = [vi.fn(), vi.fn()];
  const ends = [observe('a', one), observe('a', two), observe('b', two)];
  tell('a', drawn);
  tell('c', drawn);
  expect([one.mock.calls.length, two.mock.calls.length]).toEqual([1, 1]);
  ends[0]?.();
  ends[0]?.();
  tell('a', drawn);
  tell('b', drawn);
  expect([one.mock.calls.length, two.mock.calls.length]).toEqual([1, 3]);
  ends.forEach((end) => end());
  expect(observed()).toBe(false);
});

test('the one who counts hears when somebody wants to know, and when nobody does any more', () => {
  const heard: boolean[] = [];
  setObserved(() => heard.push(observed()));
  const end = observe('a', () => undefined);
  expect(observed('a')).toBe(true);
  expect(observed('b')).toBe(false);
  end();
  expect(heard).toEqual([true, false]);
});

test('of what a worker measured the middle age is told', () => {
  const measured = { drawn: 14, width: 320, height: 180, latency: [], age: [900, 20.4, 30, 10, 25] };
  expect(drawnOf(measured)).toEqual({ fps: 14, width: 320, height: 180, age: 25 });
  expect(drawnOf({ ...measured, age: [] }).age).toBeNull();
});

test('a video is counted by what it presented, and its pictures by their age', () => {
  let callback: VideoFrameRequestCallback = () => undefined;
  const quality = { totalVideoFrames: 100, droppedVideoFrames: 10 };
  const video = {
    videoWidth: 640,
    videoHeight: 360,
    getVideoPlaybackQuality: () => quality,
    requestVideoFrameCallback: (ask: VideoFrameRequestCallback) => ((callback = ask), 1),
    cancelVideoFrameCallback: vi.fn(),
  } as unknown as HTMLVideoElement;
  const count = new VideoCount(video, 1000);
  quality.totalVideoFrames = 142;
  quality.droppedVideoFrames = 12;
  const delivered = performance.timeOrigin + performance.now() - 40;
  callback(0, { mediaTime: stamp(3, delivered) / 1e6 } as VideoFrameCallbackMetadata);
  const first = count.take(3000);
  expect(first).toMatchObject({ fps: 20, width: 640, height: 360 });
  expect(first.age).toBeGreaterThanOrEqual(40);
  expect(count.take(4000)).toMatchObject({ fps: 0, age: null });
  count.stop();
  expect(video.cancelVideoFrameCallback).toHaveBeenCalled();
});
