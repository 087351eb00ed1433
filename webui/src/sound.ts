/** The voice's options as the settings page uses them. */
import { ask } from './ask';
import { view } from './hub.svelte';
import { m } from './paraglide/messages';

export class Sound {
  /** Nothing can be changed from here. */
  get fixed(): boolean {
    return view.state.watchOnly;
  }

  set(name: string, value: unknown): void {
    void ask('settings.set', { name: `voice.${name}`, value });
  }

  on(name: string): boolean {
    return this.#value(name) === true;
  }

  text(name: string): string {
    const value = this.#value(name);
    return typeof value === 'string' ? value : '';
  }

  number(name: string): number {
    const value = this.#value(name);
    return typeof value === 'number' ? value : 0;
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  /** How loud a user is, in percent, by one of the options that say so. */
  of(name: 'volumes' | 'shared_volumes', user: string): number {
    const percents = this.#value(name) as Record<string, number> | undefined;
    return percents?.[user] ?? 100;
  }

  /** Whether an option that lists users names this one. */
  names(name: 'silenced' | 'prioritized', user: string): boolean {
    const users = this.#value(name);
    return Array.isArray(users) && users.includes(user);
  }

  /** The devices to choose from, the chosen one also while it is away. */
  devices(kind: 'input' | 'output'): { value: string; text: string }[] {
    const devices = view.slices.devices;
    const names = (kind === 'input' ? devices?.inputs : devices?.outputs) ?? [];
    const chosen = this.text(kind);
    return [
      { value: '', text: names.length > 0 ? m.settings_device_default() : m.settings_device_none() },
      ...names.map((name) => ({ value: name, text: name })),
      ...(chosen && !names.includes(chosen)
        ? [{ value: chosen, text: m.settings_device_away({ name: chosen }) }]
        : []),
    ];
  }

  #value(name: string): unknown {
    return (view.slices.settings?.values as Record<string, unknown> | undefined)?.[`voice.${name}`];
  }
}
