/**
 * Video in the page. The windows use only what stands here:
 *
 *     const media = startMedia({ onDoor, report }, { measure });     // once per page
 *     <div class="picture" {@attach attachTile({ user, kind, n })}></div>
 *
 * The attached node becomes the picture's frame: give it a size, `position: relative` (or another one that
 * is not static) and `overflow: hidden`. What is drawn lies inside it and fills it; the node's own CSS
 * `object-fit` says how. `data-video` on the node is `on` while a picture is shown and `off` while there is
 * none, so that an avatar beneath may show through; a bubbling `video` event tells each change.
 */

import { observe, type Drawn } from './drawn';
import { keyText, type TileKey } from './keys';
import { Media, type MediaOptions, type MediaSource } from './media';
import { attachment } from './tiles';

export type { Drawn } from './drawn';
export type { TileKey, VideoKind } from './keys';
export type { MediaOptions, MediaSource } from './media';
export type { PageReport } from './report';

let current: Media | null = null;

/** Starts the page's video, or returns what runs already. `stop()` ends it and clears every tile. */
export function startMedia(source: MediaSource, options: MediaOptions = {}): Media {
  current ??= new Media(source, options, () => {
    current = null;
  });
  return current;
}

/**
 * A Svelte attachment that draws the track `key` into its node. The same key gives the same function, so
 * that a new stage with the same tile attaches nothing anew. Works before `startMedia` was called, too.
 */
export function attachTile(key: TileKey): (node: HTMLElement) => () => void {
  return attachment(key);
}

/**
 * Calls `told` about once a second with what is drawn of the track `key`, until the returned function is called.
 * Works before `startMedia` was called, too; costs nothing while nobody asks.
 */
export function observeTile(key: TileKey, told: (drawn: Drawn) => void): () => void {
  return observe(keyText(key), told);
}

/** Call when a tile shows its person as speaking; it goes into the report of measure mode. */
export function noteSpeaking(user: string): void {
  current?.spoke(user);
}
