/** Measure mode: how quickly the page paints while its window changes its size. */

/** So long after the last change of size it is over. */
const OVER_MS = 250;

/** Tells the milliseconds from each animation frame to the next while the window is resized, until it is ended. */
export function watchFrames(between: (ms: number) => void): () => void {
  let until = 0;
  let last: number | null = null;
  const painted = (now: number): void => {
    if (last !== null) between(now - last);
    last = now < until ? now : null;
    if (last !== null) requestAnimationFrame(painted);
  };
  const resized = (): void => {
    const running = last !== null;
    until = performance.now() + OVER_MS;
    if (running) return;
    last = performance.now();
    requestAnimationFrame(painted);
  };
  addEventListener('resize', resized);
  return () => {
    until = 0;
    removeEventListener('resize', resized);
  };
}
