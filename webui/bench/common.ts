/** What both bench pages share: nine (or so) tiles, and reports by HTTP, for no debugger may be attached. */

import type { PageReport } from '../src/media';

export interface Tiles {
  count: number;
  width: number;
  height: number;
  columns: number;
}

/** The page's parameters, from its fragment. */
export const parameters = new URLSearchParams(location.hash.slice(1));

export function tiles(): Tiles {
  const number = (name: string): number => Number(parameters.get(name));
  return {
    count: number('count'),
    width: number('width'),
    height: number('height'),
    columns: number('columns'),
  };
}

/** Tile `index` of the grid, in the page. */
export function place(index: number): HTMLElement {
  const { width, height, columns } = tiles();
  const node = document.createElement('div');
  node.className = 'tile';
  const [left, top] = [(index % columns) * width, Math.floor(index / columns) * height];
  node.style.cssText = `left:${left}px;top:${top}px;width:${width}px;height:${height}px`;
  document.body.append(node);
  return node;
}

export function report(what: PageReport | { error: string }): void {
  void fetch('/report', { method: 'POST', body: JSON.stringify(what) });
}

addEventListener('error', (event) => report({ error: event.message }));
addEventListener('unhandledrejection', (event) => report({ error: String(event.reason) }));
