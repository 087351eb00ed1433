/** Names of keys, what they mean, and the keys that a window sees by itself. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Hands, watchHands, type Wishes } from './hands';
import { ACTIONS, conflictText, keyName, keysText, meant, modifiersOf, talkOf } from './hotkeys';
import type { Hotkeys } from './protocol';
import { hotkeys, slices, voice } from './testing/slices';

test.each([
  ['m', 'KeyM', 'm'],
  ['M', 'KeyM', 'm'],
  ['Ş', 'Semicolon', 'ş'],
  ['!', 'Digit1', '1'],
  ['\u0010', 'KeyP', 'p'],
  ['F8', 'F8', 'f8'],
  [' ', 'Space', 'space'],
  ['End', 'Numpad1', 'num1'],
  ['1', 'Numpad1', 'num1'],
  ['PageUp', 'PageUp', 'page_up'],
  ['+', 'BracketRight', 'plus'],
  ['Control', 'ControlRight', 'ctrl_r'],
  ['AltGraph', 'AltRight', 'alt_gr'],
  ['Dead', 'Quote', ''],
  ['AudioVolumeUp', '', ''],
])('%s at %s is %s', (key, code, name) => {
  expect(keyName({ key, code })).toBe(name);
});

test.each([
  ['ctrl+shift+m', 'Ctrl + Shift + M'],
  ['f8', 'F8'],
  ['mouse8', 'Mouse button 8'],
  ['ctrl+space', 'Ctrl + Space'],
  ['ctrl_r', 'Right Ctrl'],
  ['num1', 'Number pad 1'],
  ['key94', 'Key 94'],
  ['page_up', 'Page up'],
  ['plus', '+'],
])('%s is shown as %s', (keys, text) => {
  expect(keysText(keys)).toBe(text);
});

test.each([
  [{ mute: 'ctrl+m' }, 'm', ['ctrl'], ['mute']],
  [{ mute: 'ctrl+m' }, 'm', [], []],
  [{ mute: 'm' }, 'm', ['ctrl'], []],
  [{ push_to_talk: 'v' }, 'v', ['shift'], ['push_to_talk']],
  [{ push_to_talk: 'v', mute: 'ctrl+v' }, 'v', ['ctrl'], ['mute']],
  [{}, 'v', [], []],
] as const)('%o: %s with %o means %o', (bindings, name, modifiers, actions) => {
  expect(meant({ ...bindings }, name, modifiers)).toEqual(actions);
});

test('modifiers are spelt in one order', () => {
  expect(modifiersOf({ ctrlKey: true, altKey: false, shiftKey: true, metaKey: true })).toEqual(['ctrl', 'shift', 'super']);
});

test('each conflict is a sentence', () => {
  const texts = (['same', 'app', 'types'] as const).map((trouble) =>
    conflictText({ action: 'mute', trouble, other: trouble === 'same' ? 'deafen' : '' }),
  );
  expect(new Set(texts).size).toBe(3);
  expect(texts[0]).toContain('Deafen');
});

test.each([
  [{}, '', ''],
  [{ bindings: { push_to_talk: 'f8' } }, '', ''],
  [{}, 'ptt', 'no_key'],
  [{ bindings: { push_to_talk: 'f8' } }, 'ptt', 'ready'],
  [{ bindings: { push_to_talk: 'f8' }, held: ['push_to_talk'] }, 'ptt', 'open'],
  [{ held: ['push_to_mute'] }, 'open', 'hushed'],
] as const)('%o with the gate %s: %s', (of, gate, talk) => {
  const settings = { values: { 'voice.gate': gate } };
  const held = { ...of, held: [...('held' in of ? of.held : [])] } as Partial<Hotkeys>;
  expect(talkOf(slices({ hotkeys: hotkeys(held), settings }))).toBe(talk);
  expect(talkOf(slices({ hotkeys: hotkeys(held), settings, voice: voice({ muted: true }) }))).toBe('');
});

test('without the part that sees keys push to talk says so', () => {
  expect(talkOf(slices({ settings: { values: { 'voice.gate': 'ptt' } } }))).toBe('off');
});

// -- the window's own keys -----------------------------------------------------------------------------

let now: Hotkeys;
let told: string[];
let stop: () => void;
const wishes: Wishes = {
  bind: (action, keys) => told.push(`bind ${action} ${keys}`),
  stop: () => told.push('stop'),
  press: (action, down) => told.push(`${action} ${down ? 'down' : 'up'}`),
};

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  now = hotkeys({ listener: 'window', bindings: { push_to_talk: 'f8', mute: 'ctrl+m', deafen: 'd' } });
  stop = watchHands(new Hands(() => now, wishes));
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  document.body.innerHTML = '';
});

function key(type: 'keydown' | 'keyup', name: string, code: string, more: KeyboardEventInit = {}): boolean {
  const target = document.activeElement ?? document.body;
  const event = new KeyboardEvent(type, { key: name, code, bubbles: true, cancelable: true, ...more });
  return !target.dispatchEvent(event);
}

test('a held key is told again and again until it is let go', () => {
  expect(key('keydown', 'F8', 'F8')).toBe(true);
  expect(key('keydown', 'F8', 'F8', { repeat: true })).toBe(true);
  vi.advanceTimersByTime(125);
  expect(key('keyup', 'F8', 'F8')).toBe(true);
  vi.advanceTimersByTime(500);
  expect(told).toEqual(['push_to_talk down', 'push_to_talk down', 'push_to_talk down', 'push_to_talk up']);
});

test('a window that loses the focus lets go', () => {
  key('keydown', 'F8', 'F8');
  dispatchEvent(new Event('blur'));
  vi.advanceTimersByTime(500);
  expect(told).toEqual(['push_to_talk down', 'push_to_talk up']);
});

test('a key that does something once is told once, and typing is left alone', () => {
  expect(key('keydown', 'm', 'KeyM', { ctrlKey: true })).toBe(true);
  document.body.innerHTML = '<input>';
  document.querySelector('input')?.focus();
  expect(key('keydown', 'd', 'KeyD')).toBe(false);
  expect(key('keydown', 'x', 'KeyX')).toBe(false);
  vi.advanceTimersByTime(500);
  expect(told).toEqual(['mute down']);
});

test('where others see keys this window is silent', () => {
  now = { ...now, listener: 'global' };
  expect(key('keydown', 'F8', 'F8')).toBe(false);
  expect(told).toEqual([]);
});

test('what is pressed is chosen, modifiers alone when they are let go', () => {
  now = { ...now, recording: 'mute' };
  expect(key('keydown', 'Shift', 'ShiftLeft', { shiftKey: true })).toBe(true);
  key('keydown', 'F9', 'F9', { shiftKey: true });
  key('keyup', 'Shift', 'ShiftLeft');
  expect(told).toEqual(['bind mute shift+f9']);
  key('keydown', 'Control', 'ControlRight', { ctrlKey: true });
  key('keyup', 'Control', 'ControlRight');
  expect(told.at(-1)).toBe('bind mute ctrl_r');
  dispatchEvent(new MouseEvent('mousedown', { button: 0 }));
  dispatchEvent(new MouseEvent('mousedown', { button: 3 }));
  expect(told.slice(2)).toEqual(['bind mute mouse8']);
});

test('escape gives up, and reaches nobody else', () => {
  now = { ...now, recording: 'mute', listener: 'global' };
  expect(key('keydown', 'Escape', 'Escape')).toBe(true);
  expect(key('keydown', 'F9', 'F9')).toBe(true);
  expect(told).toEqual(['stop']);
});

test('every action has a title', () => {
  expect(ACTIONS.length).toBe(7);
});
