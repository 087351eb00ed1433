import { afterEach, expect, test, vi } from 'vitest';
import { watchFrames } from './frames';

afterEach(() => {
  vi.useRealTimers();
});

/** A window that paints each `ms`. */
function painting(ms: number): number[] {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'requestAnimationFrame', 'cancelAnimationFrame'] });
  vi.stubGlobal('requestAnimationFrame', (draw: FrameRequestCallback) =>
    setTimeout(() => draw(performance.now()), ms),
  );
  return [];
}

test('frames are told while the window changes its size, and no longer', () => {
  const gaps = painting(20);
  const end = watchFrames((gap) => gaps.push(gap));
  vi.advanceTimersByTime(1000);
  expect(gaps).toEqual([]);
  for (let step = 0; step < 10; step += 1) {
    dispatchEvent(new Event('resize'));
    vi.advanceTimersByTime(20);
  }
  expect(gaps).toEqual(Array(10).fill(20));
  vi.advanceTimersByTime(5000);
  expect(gaps.length).toBeLessThan(25);
  const before = gaps.length;
  dispatchEvent(new Event('resize'));
  vi.advanceTimersByTime(20);
  expect(gaps.length).toBe(before + 1);
  end();
});

test('nothing is told after the end', () => {
  const gaps = painting(20);
  watchFrames((gap) => gaps.push(gap))();
  dispatchEvent(new Event('resize'));
  vi.advanceTimersByTime(100);
  expect(gaps).toEqual([]);
});
