/**
 * How much room a tile has, as words in `data-room` and its shorter side in `--side`.
 *
 * Instead of container queries, for which an engine works out style and layout of each tile one after the other: 48 ms
 * for nine tiles at each step of a resize, where these take 2.
 */

/** The words that hold for a size in CSS pixels; each but the first implies those before it. */
export function words(width: number, height: number): string {
  return [
    (width <= 240 || height <= 150) && 'medium',
    (width <= 200 || height <= 112) && 'small',
    (width <= 170 || height <= 96) && 'tiny',
    width <= 110 && 'narrow',
  ]
    .filter(Boolean)
    .join(' ');
}

/** Pixels in which `--side` grows: each step is new style for everything in the tile. */
const STEP = 4;

let observer: ResizeObserver | undefined;

function tell(entries: readonly ResizeObserverEntry[]): void {
  for (const { target, contentRect } of entries) {
    if (!(target instanceof HTMLElement)) continue;
    const { width, height } = contentRect;
    const side = `${Math.round(Math.min(width, height) / STEP) * STEP}px`;
    if (target.style.getPropertyValue('--side') !== side) target.style.setProperty('--side', side);
    const room = words(width, height);
    if (target.dataset['room'] !== room) target.dataset['room'] = room;
  }
}

/** Attaches to a tile; all share one observer, which tells before the frame is painted. */
export function room(node: HTMLElement): () => void {
  observer ??= new ResizeObserver(tell);
  observer.observe(node);
  return () => observer?.unobserve(node);
}
