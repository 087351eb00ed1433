/** Asks for a command from a button: a refusal becomes a toast in words. */
import type { Answer } from './hub';
import { hub } from './hub.svelte';
import type { Commands } from './protocol';
import { tell } from './toasts.svelte';
import { errorText } from './words';

export async function ask<K extends keyof Commands>(name: K, args: Commands[K]): Promise<Answer> {
  const answer = await hub.send(name, args);
  if (!answer.ok) tell(errorText(answer.error), 'danger');
  return answer;
}
