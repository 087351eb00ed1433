/** Draws a component with a hub of its own state, as a page would after its snapshot. */
import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach } from 'vitest';
import { hub } from '../hub.svelte';
import type { FromHub, ToHub } from '../messages';
import type { Slices } from '../protocol';
import { snapshot } from './slices';

export let sent: ToHub[] = [];
let drawn: (() => void)[] = [];

afterEach(() => {
  for (const remove of drawn.splice(0)) remove();
  document.body.innerHTML = '';
  sent = [];
});

/** Gives the hub these slices; later ones replace them. */
export function hold(slices: Slices, more: Partial<Extract<FromHub, { type: 'snapshot' }>> = {}): void {
  hub.opened((message) => sent.push(message));
  hub.receive(snapshot(slices, more));
  flushSync();
}

export function draw<Props extends Record<string, unknown>>(
  component: Component<Props>,
  props: Props,
): HTMLElement {
  const target = document.createElement('div');
  document.body.append(target);
  const made = mount(component, { target, props });
  drawn.push(() => void unmount(made));
  flushSync();
  return target;
}

/** The commands that were asked so far, without the answers to them. */
export function asked(): [string, unknown][] {
  return sent.flatMap((message) =>
    message.type === 'command' ? [[message.name, message.args] as [string, unknown]] : [],
  );
}

/** Answers the last command. */
export async function answer(error?: { code: string; params?: Record<string, unknown> }): Promise<void> {
  const command = sent.findLast((message) => message.type === 'command');
  if (command?.type !== 'command') throw new Error('nothing was asked');
  hub.receive({
    type: 'result',
    id: command.id,
    ok: !error,
    ...(error && { error: { code: error.code, params: error.params ?? {} } }),
  });
  await Promise.resolve();
  await Promise.resolve();
  flushSync();
}

/** A button by its accessible name. */
export function button(name: string, within: ParentNode = document): HTMLButtonElement {
  const found = [...within.querySelectorAll('button')].find(
    (each) => (each.getAttribute('aria-label') ?? each.textContent).trim() === name,
  );
  if (!found) throw new Error(`there is no button "${name}" in: ${document.body.textContent}`);
  return found;
}

export function click(name: string, within?: ParentNode): void {
  button(name, within).click();
  flushSync();
}

/** Types into the field with this label. */
export function type(label: string, value: string): void {
  const found = [...document.querySelectorAll('label')].find((each) => each.textContent.trim() === label);
  const input = found && document.getElementById(found.htmlFor);
  if (!(input instanceof HTMLInputElement)) throw new Error(`there is no field "${label}"`);
  input.value = value;
  input.dispatchEvent(new InputEvent('input', { bubbles: true }));
  flushSync();
}
