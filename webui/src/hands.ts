/** Keys that this window sees: one that is being chosen, and all of them where nobody else sees any. */
import { buttonName, HOLDS, isModifier, keyName, meant, modifiersOf, type Action } from './hotkeys';
import type { Hotkeys } from './protocol';

const AGAIN = 60; // ms between two words that a key is still held; the app forgets it after 180

export interface Wishes {
  bind(action: Action, keys: string): void;
  stop(): void;
  press(action: Action, down: boolean): void;
}

type Seen = KeyboardEvent | MouseEvent;

export class Hands {
  readonly #wishes: Wishes;
  readonly #hotkeys: () => Hotkeys | undefined;
  /** What is held, by the key or button that holds it: its name changes with Shift, its place does not. */
  readonly #held = new Map<string, Action[]>();
  #alone = '';
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(hotkeys: () => Hotkeys | undefined, wishes: Wishes) {
    this.#hotkeys = hotkeys;
    this.#wishes = wishes;
  }

  /** Whatever is held is let go: this window does not see it any more. */
  letGo(): void {
    for (const place of [...this.#held.keys()]) this.#up(place);
  }

  /** True if the event is nobody else's. */
  down(event: Seen): boolean {
    const hotkeys = this.#hotkeys();
    if (!hotkeys) return false;
    const key = 'code' in event;
    const name = key ? keyName(event) : buttonName(event.button);
    if (hotkeys.recording) return this.#record(hotkeys, event, name, key);
    if (hotkeys.listener !== 'window' || !name) return false;
    const place = placeOf(event);
    if (key && event.repeat) return this.#held.has(place);
    const modifiers = modifiersOf(event);
    if (key && writes(name, modifiers) && inField(event)) return false;
    const actions = meant(hotkeys.bindings, name, modifiers);
    for (const action of actions) this.#wishes.press(action, true);
    const holds = actions.filter((action) => HOLDS.has(action));
    if (holds.length > 0) {
      this.#held.set(place, holds);
      this.#timer ??= setInterval(() => this.#again(), AGAIN);
    }
    return actions.length > 0;
  }

  up(event: Seen): boolean {
    const hotkeys = this.#hotkeys();
    if (hotkeys?.recording) {
      const name = 'code' in event ? keyName(event) : '';
      if (name && name === this.#alone && hotkeys.listener !== 'global') {
        this.#wishes.bind(hotkeys.recording, name);
      }
      return 'code' in event;
    }
    return this.#up(placeOf(event));
  }

  #record(hotkeys: Hotkeys, event: Seen, name: string, key: boolean): boolean {
    if (!hotkeys.recording || hotkeys.listener === 'portal') return false;
    const modifiers = modifiersOf(event);
    if (name === 'escape' && modifiers.length === 0) this.#wishes.stop();
    else if (hotkeys.listener === 'window' && name && name !== 'mouse1') {
      this.#alone = isModifier(name) ? name : '';
      if (!this.#alone) this.#wishes.bind(hotkeys.recording, [...modifiers, name].join('+'));
    }
    return key || name !== 'mouse1'; // a click must still reach the button that gives up
  }

  #again(): void {
    for (const actions of this.#held.values()) for (const action of actions) this.#wishes.press(action, true);
  }

  #up(place: string): boolean {
    const actions = this.#held.get(place);
    if (!actions) return false;
    this.#held.delete(place);
    if (this.#held.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    for (const action of actions) this.#wishes.press(action, false);
    return true;
  }
}

function placeOf(event: Seen): string {
  return 'code' in event ? event.code : `mouse${event.button}`;
}

function writes(name: string, modifiers: readonly string[]): boolean {
  return (name.length === 1 || name === 'space' || name === 'plus') && modifiers.every((each) => each === 'shift');
}

function inField(event: Event): boolean {
  return event.target instanceof Element && event.target.closest('input, textarea, [contenteditable]') !== null;
}

/** From now on until the returned function is called. */
export function watchHands(hands: Hands): () => void {
  const controller = new AbortController();
  const options = { capture: true, signal: controller.signal };
  const taken = (event: Event, mine: boolean): void => {
    if (!mine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const name of ['keydown', 'mousedown'] as const)
    addEventListener(name, (event) => taken(event, hands.down(event)), options);
  for (const name of ['keyup', 'mouseup'] as const)
    addEventListener(name, (event) => taken(event, hands.up(event)), options);
  addEventListener('blur', () => hands.letGo(), options);
  document.addEventListener('visibilitychange', () => document.hidden && hands.letGo(), options);
  return () => {
    hands.letGo();
    controller.abort();
  };
}
