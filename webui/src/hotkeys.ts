/** Keys that work everywhere, as pages see them: their names, in words, and which action they mean. Pure. */
import { m } from './paraglide/messages';
import type { HotkeyConflict, Hotkeys, Slices } from './protocol';

export type Action = Hotkeys['held'][number];
export type Down = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey'>;

export const ACTIONS: readonly Action[] = [
  'push_to_talk',
  'push_to_mute',
  'mute',
  'deafen',
  'leave',
  'overlay',
  'edit_overlay',
];
export const HOLDS: ReadonlySet<string> = new Set<Action>(['push_to_talk', 'push_to_mute']);
const MODIFIERS = ['ctrl', 'alt', 'shift', 'super'] as const;
const CODES: Readonly<Record<string, string>> = {
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ContextMenu: 'menu',
  NumpadAdd: 'num_add',
  NumpadDecimal: 'num_decimal',
  NumpadDivide: 'num_divide',
  NumpadEnter: 'num_enter',
  NumpadMultiply: 'num_multiply',
  NumpadSubtract: 'num_subtract',
  PageDown: 'page_down',
  PageUp: 'page_up',
  PrintScreen: 'print',
  CapsLock: 'caps_lock',
  NumLock: 'num_lock',
  ScrollLock: 'scroll_lock',
  ControlLeft: 'ctrl_l',
  ControlRight: 'ctrl_r',
  AltLeft: 'alt_l',
  AltRight: 'alt_r',
  ShiftLeft: 'shift_l',
  ShiftRight: 'shift_r',
  MetaLeft: 'super_l',
  MetaRight: 'super_r',
};
const SAME = /^(F\d+|Space|Enter|Tab|Backspace|Delete|Insert|Home|End|Escape|Pause)$/;
/** DOM's numbers of mouse buttons, as X11 and the app have them. */
const BUTTONS: Readonly<Record<number, string>> = { 0: 'mouse1', 1: 'mouse2', 2: 'mouse3', 3: 'mouse8', 4: 'mouse9' };

/** A key's name, the same with Shift and without; empty for one that has none. */
export function keyName({ key, code }: Pick<Down, 'key' | 'code'>): string {
  if (key === 'AltGraph') return 'alt_gr';
  if (SAME.test(code)) return code.toLowerCase();
  const digit = /^(Digit|Numpad)(\d)$/.exec(code);
  if (digit) return `${digit[1] === 'Numpad' ? 'num' : ''}${digit[2] ?? ''}`;
  const named = CODES[code];
  if (named) return named;
  if (key === '+') return 'plus';
  if (key.length === 1 && key > ' ') return key.toLowerCase();
  return code.startsWith('Key') ? code.slice(3).toLowerCase() : '';
}

export function buttonName(button: number): string {
  return BUTTONS[button] ?? '';
}

export function isModifier(name: string): boolean {
  return /^(ctrl|alt|shift|super)_[lr]$/.test(name);
}

/** The modifiers that are down, as they are spelt before a key. */
export function modifiersOf(event: Omit<Down, 'key' | 'code'>): string[] {
  const down = { ctrl: event.ctrlKey, alt: event.altKey, shift: event.shiftKey, super: event.metaKey };
  return MODIFIERS.filter((each) => down[each]);
}

/** The actions that a key means: further modifiers do not keep anybody from talking, the most exact key wins. */
export function meant(bindings: Hotkeys['bindings'], name: string, modifiers: readonly string[]): Action[] {
  const fitting = ACTIONS.flatMap((action) => {
    const wanted = bindings[action]?.split('+') ?? [];
    if (wanted.pop() !== name || !wanted.every((each) => modifiers.includes(each))) return [];
    if (!HOLDS.has(action) && wanted.length !== modifiers.length) return [];
    return [{ action, exact: wanted.length }];
  });
  const most = Math.max(...fitting.map(({ exact }) => exact));
  return fitting.filter(({ exact }) => exact === most).map(({ action }) => action);
}

/** A combination as it stands on a keyboard. */
export function keysText(keys: string): string {
  return keys
    .split('+')
    .map((each) => WORDS[each]?.() ?? plain(each))
    .join(' + ');
}

function plain(name: string): string {
  const mouse = /^mouse(\d+)$/.exec(name);
  if (mouse) return m.key_mouse({ number: mouse[1] ?? '' });
  const number = /^num(\d)$/.exec(name);
  if (number) return m.key_num({ key: number[1] ?? '' });
  const code = /^key(\d+)$/.exec(name);
  if (code) return m.key_code({ number: code[1] ?? '' });
  const word = name.replaceAll('_', ' ');
  return word.length === 1 ? word.toLocaleUpperCase() : word.charAt(0).toUpperCase() + word.slice(1);
}

const WORDS: Readonly<Record<string, (() => string) | undefined>> = {
  plus: () => '+',
  up: () => '↑',
  down: () => '↓',
  left: () => '←',
  right: () => '→',
  ctrl: () => 'Ctrl',
  super: () => 'Super',
  space: m.key_space,
  ctrl_l: () => m.key_left({ key: 'Ctrl' }),
  ctrl_r: () => m.key_right({ key: 'Ctrl' }),
  alt_l: () => m.key_left({ key: 'Alt' }),
  alt_r: () => m.key_right({ key: 'Alt' }),
  alt_gr: () => 'AltGr',
  shift_l: () => m.key_left({ key: 'Shift' }),
  shift_r: () => m.key_right({ key: 'Shift' }),
  super_l: () => m.key_left({ key: 'Super' }),
  super_r: () => m.key_right({ key: 'Super' }),
  num_add: () => m.key_num({ key: '+' }),
  num_subtract: () => m.key_num({ key: '-' }),
  num_multiply: () => m.key_num({ key: '*' }),
  num_divide: () => m.key_num({ key: '/' }),
  num_decimal: () => m.key_num({ key: ',' }),
  num_enter: () => m.key_num({ key: 'Enter' }),
};

export function actionTitle(action: Action): string {
  return TITLES[action]();
}

const TITLES: Readonly<Record<Action, () => string>> = {
  push_to_talk: m.hotkey_push_to_talk,
  push_to_mute: m.hotkey_push_to_mute,
  mute: m.hotkey_mute,
  deafen: m.hotkey_deafen,
  leave: m.hotkey_leave,
  overlay: m.hotkey_overlay,
  edit_overlay: m.hotkey_edit_overlay,
};

export function conflictText({ trouble, other }: HotkeyConflict): string {
  if (trouble === 'same') return m.hotkey_same({ other: actionTitle(other as Action) });
  return trouble === 'types' ? m.hotkey_types() : m.hotkey_app();
}

/** How push to talk stands; `''` when it is not what opens my microphone. */
export type Talk = '' | 'off' | 'no_key' | 'ready' | 'open' | 'hushed';

export function talkOf({ settings, hotkeys, voice }: Readonly<Slices>): Talk {
  if (voice?.muted || voice?.deafened) return '';
  if (hotkeys?.held.includes('push_to_mute')) return 'hushed';
  if (settings?.values['voice.gate'] !== 'ptt') return '';
  if (!hotkeys) return 'off';
  if (!hotkeys.bindings['push_to_talk']) return 'no_key';
  return hotkeys.held.includes('push_to_talk') ? 'open' : 'ready';
}
