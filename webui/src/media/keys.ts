/** What a picture is of. The hub names tracks the same way, so the words are the wire's. */

export type VideoKind = 'camera' | 'screen' | 'avatar';

/** One track of one person; `n` tells several of a kind apart and is 0 when it is left out. */
export interface TileKey {
  user: string;
  kind: VideoKind;
  n?: number;
}

/** The key as one string, for maps. */
export function keyText(key: TileKey): string {
  return JSON.stringify([key.user, key.kind, key.n ?? 0]);
}

/** Whose picture a key's text is of. */
export function userOf(text: string): string {
  const [user] = JSON.parse(text) as [string, string, number];
  return user;
}

/** `user/kind` of a key's text: the name under which frames are reported. */
export function reportName(text: string): string {
  const [user, kind] = JSON.parse(text) as [string, string, number];
  return `${user}/${kind}`;
}
