/** Which nodes of the page show which track. Knows neither sockets nor painters. */

import { keyText, type TileKey } from './keys';

/** One attached node. */
export interface Tile {
  readonly id: number;
  /** The key's text. */
  readonly key: string;
  readonly node: HTMLElement;
}

/** Who draws the tiles; told of those that are there already when it takes over. */
export interface TileOwner {
  added(tile: Tile): void;
  removed(tile: Tile): void;
}

const tiles = new Set<Tile>();
const attachments = new Map<string, (node: HTMLElement) => () => void>();
let owner: TileOwner | null = null;
let lastId = 0;

/** Makes `next` draw the tiles, or nobody. */
export function setOwner(next: TileOwner | null): void {
  owner = next;
  if (next) for (const tile of tiles) next.added(tile);
}

/** The attachment of a key: one function per key, for a framework attaches anew when it changes. */
export function attachment(key: TileKey): (node: HTMLElement) => () => void {
  const text = keyText(key);
  let attach = attachments.get(text);
  if (!attach) {
    attach = (node) => attachNode(text, node);
    attachments.set(text, attach);
  }
  return attach;
}

function attachNode(key: string, node: HTMLElement): () => void {
  lastId += 1;
  const tile: Tile = { id: lastId, key, node };
  tiles.add(tile);
  mark(node, false);
  owner?.added(tile);
  return () => {
    if (!tiles.delete(tile)) return;
    owner?.removed(tile);
    mark(node, false);
  };
}

/** Says on the node whether a picture is shown in it. */
export function mark(node: HTMLElement, on: boolean): void {
  const value = on ? 'on' : 'off';
  if (node.dataset.video === value) return;
  node.dataset.video = value;
  node.dispatchEvent(new Event('video', { bubbles: true }));
}
