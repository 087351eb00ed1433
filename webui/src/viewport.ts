/** Tells the size of the stage, once its size has settled. */
import type { Commands } from './protocol';

export type ViewportArgs = Required<Commands['stage.viewport']>;

const SETTLES_MS = 100;

/**
 * Watches `node` until the returned function is called; the first size is told at once, later ones when they settle.
 * `unsettled` hears when that begins and ends.
 */
export function watchViewport(
  node: HTMLElement,
  told: (viewport: ViewportArgs) => void,
  unsettled: (on: boolean) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = '';
  const tellNow = () => {
    const viewport = measure(node);
    const text = JSON.stringify(viewport);
    if (text === last) return;
    last = text;
    told(viewport);
  };
  const tellSoon = () => {
    clearTimeout(timer);
    unsettled(true);
    timer = setTimeout(() => {
      unsettled(false);
      tellNow();
    }, SETTLES_MS);
  };
  const observer = new ResizeObserver(tellSoon);
  observer.observe(node);
  document.addEventListener('visibilitychange', tellNow);
  const unwatchScale = watchScale(tellSoon);
  tellNow();
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener('visibilitychange', tellNow);
    unwatchScale();
  };
}

/** CSS pixels, and device pixels per hundred of them. */
export function measure(node: HTMLElement): ViewportArgs {
  return {
    width: Math.round(node.clientWidth),
    height: Math.round(node.clientHeight),
    scale: Math.round(devicePixelRatio * 100),
    visible: document.visibilityState === 'visible',
    focus: false,
  };
}

// Moving a window to a screen of another density changes no CSS size, so no ResizeObserver tells it.
function watchScale(changed: () => void): () => void {
  let query: MediaQueryList;
  const watch = () => {
    query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    query.addEventListener('change', again, { once: true });
  };
  const again = () => {
    changed();
    watch();
  };
  watch();
  return () => query.removeEventListener('change', again);
}
