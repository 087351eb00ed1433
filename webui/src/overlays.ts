/** Words for overlays, and what their settings are, as pure functions of the slices. */
import { m } from './paraglide/messages';
import type { Commands } from './protocol';

export type Corner = Commands['overlay.put']['corner'];
export type Preset = Commands['overlay.preset']['name'];

/** In reading order. */
export const CORNERS: readonly Corner[] = [
  'top_left',
  'top',
  'top_right',
  'left',
  'right',
  'bottom_left',
  'bottom',
  'bottom_right',
];

const CORNER_TEXTS: Record<Corner, () => string> = {
  top_left: m.corner_top_left,
  top: m.corner_top,
  top_right: m.corner_top_right,
  left: m.corner_left,
  right: m.corner_right,
  bottom_left: m.corner_bottom_left,
  bottom: m.corner_bottom,
  bottom_right: m.corner_bottom_right,
};

export function cornerText(corner: Corner): string {
  return CORNER_TEXTS[corner]();
}

/** A rule as it stands in the settings. */
export interface Rule {
  application: string;
  does: 'show' | 'hide' | 'place';
  corner: Corner | '';
}

/** The rules, by application. The settings are the app's own, but any value of another version may stand there. */
export function rulesOf(value: unknown): Rule[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as Record<string, Partial<Rule>>)
    .map(([application, rule]) => ({ application, does: rule.does ?? 'show', corner: rule.corner ?? '' }))
    .sort((a, b) => a.application.localeCompare(b.application));
}
