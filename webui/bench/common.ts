/** What both bench pages share: tiles where the bench wants them, and reports by HTTP, for no debugger may be attached. */

import type { PageReport } from '../src/media';

/** Where a person's tile stands, in CSS pixels. */
export interface Place {
  user: string;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The page's parameters, from its fragment. */
export const parameters = new URLSearchParams(location.hash.slice(1));

export const places = JSON.parse(parameters.get('tiles') ?? '[]') as Place[];

/** Whose frames are timed; all if empty. */
export const timed = (parameters.get('timed') ?? '').split(',').filter(Boolean);

/** A tile in the page. It must be in sight, or engines draw less of it. */
export function make({ user, left, top, width, height }: Place): HTMLElement {
  if (left + width > innerWidth || top + height > innerHeight) {
    throw new Error(`the tile of ${user} lies outside a window of ${innerWidth}x${innerHeight}`);
  }
  const node = document.createElement('div');
  node.className = 'tile';
  node.style.cssText = `left:${left}px;top:${top}px;width:${width}px;height:${height}px`;
  document.body.append(node);
  return node;
}

export function report(what: (PageReport & { bytes?: number }) | { error: string }): void {
  void fetch('/report', { method: 'POST', body: JSON.stringify(what) });
}

addEventListener('error', (event) => report({ error: event.message }));
addEventListener('unhandledrejection', (event) => report({ error: String(event.reason) }));
