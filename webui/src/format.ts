/** Small pure helpers for what people read. */

/** Up to two letters for an avatar: of the first and the last word, as its own script writes capitals. */
export function initials(name: string, locale = 'en'): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter(Boolean);
  const first = words[0];
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  const letters = [first, last].map((word) => firstLetter(word ?? '')).join('');
  return letters.toLocaleUpperCase(locale) || '?';
}

function firstLetter(word: string): string {
  return [...word].find((letter) => /[\p{L}\p{N}]/u.test(letter)) ?? [...word][0] ?? '';
}

/** A hue 0..359 that stays with a user: the same on every machine, in every run. FNV-1a over the id. */
export function hueOf(user: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(user)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (Math.imul(hash, 0x9e3779b1) >>> 0) % 360;
}

/** 1/10000 of the stage as CSS percent. */
export function percent(tenThousandths: number): string {
  return `${tenThousandths / 100}%`;
}

/** A server address without its scheme, for headings; what is no address stays as it is. */
export function hostOf(address: string): string {
  try {
    return new URL(address).host || address;
  } catch {
    return address;
  }
}

/** Seconds since the epoch as a day with its time, in people's words. */
export function momentOf(seconds: number, locale: string): string {
  return new Date(seconds * 1000).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
}

/** Milliseconds since the epoch as a time of day, to the second. */
export function clockOf(ms: number, locale: string): string {
  return new Date(ms).toLocaleTimeString(locale, { timeStyle: 'medium' });
}

/** Seconds since the epoch as a day. */
export function dayOf(seconds: number, locale: string): string {
  return new Date(seconds * 1000).toLocaleDateString(locale, { dateStyle: 'medium' });
}
