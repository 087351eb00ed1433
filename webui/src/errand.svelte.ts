/** A command asked from a form: busy while it runs, and why it was refused in words beside the form. */
import { hub } from './hub.svelte';
import type { Commands } from './protocol';
import { errorText } from './words';

export class Errand {
  busy = $state(false);
  problem = $state('');

  /** Whether it was done. */
  async run<K extends keyof Commands>(name: K, args: Commands[K]): Promise<boolean> {
    this.busy = true;
    this.problem = '';
    const answer = await hub.send(name, args);
    this.busy = false;
    if (!answer.ok) this.problem = errorText(answer.error);
    return answer.ok;
  }
}
