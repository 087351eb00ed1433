/** Keys of the stage: what a key wishes, and when a key is not the stage's. */
import type { Commands, Stage, View } from './protocol';

type Ask<K extends keyof Commands = keyof Commands> = K extends unknown ? { ask: K; args: Commands[K] } : never;

export type Wish = Ask<'stage.mode' | 'stage.page' | 'stage.pin'> | 'full screen' | 'leave full screen';

/** What the keys are about. `present` holds what could be pinned: users, and `user/screen`. */
export interface KeyScene {
  stage: Stage;
  view: View;
  present: ReadonlySet<string>;
  full: boolean;
}

/** Digits choose a mode in the order of the menu, pages turn, F is the whole screen, Escape goes back one step. */
export function wishOf(key: string, { stage, view, present, full }: KeyScene): Wish | undefined {
  if (key === 'PageDown' && view.page < view.pages) return { ask: 'stage.page', args: { page: view.page + 1 } };
  if (key === 'PageUp' && view.page > 1) return { ask: 'stage.page', args: { page: view.page - 1 } };
  if (/^[1-9]$/.test(key)) {
    const name = ['auto', ...stage.modes.map((mode) => mode.name)][Number(key) - 1];
    return name === undefined ? undefined : { ask: 'stage.mode', args: { name } };
  }
  if (full && /^(escape|f)$/i.test(key)) return 'leave full screen';
  if (/^f$/i.test(key)) return 'full screen';
  if (key !== 'Escape') return undefined;
  const pin = stage.pins.findLast((each) => present.has(each));
  if (pin !== undefined) return { ask: 'stage.pin', args: { ...pinned(pin), on: false } };
  return stage.chosen === 'auto' ? undefined : { ask: 'stage.mode', args: { name: 'auto' } };
}

/** Who and what a pin keeps; see `pinKey`. */
export function pinned(pin: string): { user: string; screen: boolean } {
  const screen = pin.endsWith('/screen');
  return { user: screen ? pin.slice(0, -'/screen'.length) : pin, screen };
}

const TAKES_KEYS = 'input, textarea, select, [contenteditable], [role=slider], [role=radiogroup], [role=tablist]';
const LIES_ABOVE = '[role=dialog], [role=alertdialog], [role=menu]';

/** Somebody types, chooses or scrolls with this key, or something lies above the stage. */
export function isElsewhere(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return true;
  if (document.querySelector(LIES_ABOVE)) return true;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest(TAKES_KEYS)) return true;
  return event.key.startsWith('Page') && target?.closest('aside') != null; // a list of channels scrolls
}
