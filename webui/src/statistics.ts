/** Statistics for nerds: which words a tile has for how its video is received and drawn. Pure, but for the keys. */
import type { Drawn } from './media';
import { m } from './paraglide/messages';
import type { Slices, VideoStatistics } from './protocol';

export const OPTION = 'voice.statistics';
/** As it stands on a keyboard. */
export const KEYS = 'Ctrl+Shift+S';

export function wanted(slices: Readonly<Slices>): boolean {
  return slices.settings?.values[OPTION] === true;
}

export function isTheirKey(event: KeyboardEvent): boolean {
  return event.ctrlKey && event.shiftKey && !event.altKey && !event.metaKey && event.code === 'KeyS';
}

/** `width`x`height`, as people write it. */
export function size(width: number, height: number): string {
  return `${width}×${height}`;
}

/** Lines from the most to the least wanted, for small tiles show the first ones only. */
export function lines(of: VideoStatistics | undefined, drawn: Drawn | null): string[] {
  const seen =
    drawn?.age == null
      ? m.statistics_not_drawn()
      : m.statistics_drawn({ size: size(drawn.width, drawn.height), fps: drawn.fps, age: drawn.age });
  if (!of) return [m.statistics_none(), seen];
  const full = size(of.full_width, of.full_height);
  const layer = {
    full: m.statistics_full({ size: full }),
    half: m.statistics_half({ size: full }),
    quarter: m.statistics_quarter({ size: full }),
    '': of.full_height ? m.statistics_one({ size: full }) : '',
  }[of.layer];
  const codec = of.codec.toUpperCase();
  return [
    m.statistics_received({ size: size(of.width, of.height), fps: of.fps, kilobits: of.kilobits }),
    seen,
    [codec, layer].filter(Boolean).join(', '),
    m.statistics_network({ lost: of.lost, jitter: of.jitter_ms }),
    why(of),
  ].filter(Boolean);
}

/** Why it is received like that. */
export function why(of: VideoStatistics): string {
  const sizes = { tile: size(of.tile_width, of.tile_height), asked: size(of.asked_width, of.asked_height) };
  switch (of.why) {
    case 'unseen':
      return m.statistics_why_unseen();
    case 'waiting':
      return m.statistics_why_waiting(sizes);
    case 'only':
      return m.statistics_why_only(sizes);
    case 'fits':
      return m.statistics_why_fits(sizes);
    case 'less':
      return m.statistics_why_less(sizes);
    case 'more':
      return m.statistics_why_more(sizes);
  }
}
