/** An overlay over a call of two, for tests. */
import type { FromHub } from '../messages';
import type { Desktop, Overlay, OverlayWindow, Slices } from '../protocol';
import { hold } from './draw';
import { slices } from './slices';

export const desktop: Desktop = {
  screens: [
    { id: 'dell-1', name: 'Dell', x: 0, y: 0, width: 1920, height: 1080, scale: 100, primary: true },
    { id: 'lg-7', name: 'LG', x: 1920, y: 0, width: 2560, height: 1440, scale: 100, primary: false },
  ],
  compositing: true,
  locked: false,
  application: '',
  limits: [],
};

export function overlayWindow(more: Partial<OverlayWindow> = {}): OverlayWindow {
  return {
    screen: 'dell-1',
    x: 12,
    y: 12,
    width: 240,
    height: 80,
    scale: 100,
    right: false,
    bottom: false,
    withdrawn: '',
    problem: '',
    ...more,
  };
}

export function overlay(more: Partial<Overlay> = {}): Overlay {
  return {
    shown: true,
    editing: false,
    rule: '',
    preset: '',
    content: 'everyone',
    names: true,
    marks: true,
    opacity: 90,
    scale: 100,
    people: ['ada', 'mehmet'],
    more: 0,
    trouble: '',
    recent: [],
    windows: { overlay: overlayWindow() },
    ...more,
  };
}

/** The slices as the overlay's window holds them. */
export function over(held: Partial<Overlay> = {}, more: Slices = {}): void {
  const window: Partial<Extract<FromHub, { type: 'snapshot' }>> = { window: 'overlay' };
  hold(slices({ desktop, overlay: overlay(held), ...more }), window);
}
