/** Short messages in the corner, or in the dialog that is open, whose rows they must not cover. They leave by
 *  themselves; what needs an answer is a banner instead. */
import { untrack } from 'svelte';

export interface Toast {
  id: number;
  tone: 'plain' | 'danger';
  text: string;
}

/** Notices that are told only while an option is on. */
const SWITCHES: Record<string, string> = {
  'participant.joined': 'app.toasts.join',
  'participant.left': 'app.toasts.leave',
  'voice.returned': 'app.toasts.returned',
};

const SHOWN_MS = { plain: 4_000, danger: 9_000 };
const MOST = 3;

let lastId = 0;
let shown: readonly Toast[] = $state.raw([]);
let dialogs: readonly symbol[] = $state.raw([]);

export const toasts = {
  get shown(): readonly Toast[] {
    return shown;
  },
  /** The dialog that was opened last; none is open if it is undefined. */
  get dialog(): symbol | undefined {
    return dialogs.at(-1);
  },
};

/** A dialog is open until the function that comes back is called. */
export function enter(dialog: symbol): () => void {
  dialogs = [...untrack(() => dialogs), dialog];
  return () => {
    dialogs = untrack(() => dialogs).filter((each) => each !== dialog);
  };
}

/** Whether an option that is on by default is on. */
export function isWanted(values: Readonly<Record<string, unknown>>, option: string): boolean {
  return values[option] !== false;
}

/** Whether a notice is to be told. */
export function isTold(notice: string, values: Readonly<Record<string, unknown>>): boolean {
  // The banner says that a call was lost; the notice is for the ear.
  if (notice === 'voice.lost') return false;
  const option = SWITCHES[notice];
  return option === undefined || isWanted(values, option);
}

export function tell(text: string, tone: Toast['tone'] = 'plain'): void {
  const id = ++lastId;
  shown = [...shown.filter((toast) => toast.text !== text), { id, tone, text }].slice(-MOST);
  setTimeout(() => dismiss(id), SHOWN_MS[tone]);
}

export function dismiss(id: number): void {
  shown = shown.filter((toast) => toast.id !== id);
}
