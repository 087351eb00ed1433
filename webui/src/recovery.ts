/** What the banner over a call says, as pure functions of the slices. */
import type { Reconnection, Voice } from './protocol';
import { sceneOf, type Held } from './scene';

/** `problem`: no media arrives · `shaky`: the link to the server is gone, sound still comes · `away`, `waiting`,
 *  `trying`: a lost call is being brought back · `over`: nothing is done by itself. */
export type Step = 'problem' | 'shaky' | 'away' | 'waiting' | 'trying' | 'over';

/** Null where there is nothing to say; a short reconnect with sound and pictures flowing is nothing. */
export function stepOf(slices: Held): Step | null {
  const { voice, reconnection } = slices;
  if (!voice || sceneOf(slices) !== 'call') return null;
  const phase = reconnection?.phase;
  switch (voice.status) {
    case 'connected':
    case 'reconnecting':
      return voice.problem === 'media' ? 'problem' : voice.problem === 'signal' ? 'shaky' : null;
    case 'connecting':
      return phase === 'trying' ? 'trying' : null;
    case 'lost':
      return phase === 'away' || phase === 'waiting' || phase === 'trying' ? phase : 'over';
    case 'failed':
      return 'over';
    default:
      return null;
  }
}

/** Whether *Try now* does something: while a recovery waits, and not while an attempt is under way. */
export function mayTry(step: Step, reconnection: Reconnection | undefined): boolean {
  return reconnection !== undefined && (step === 'problem' || step === 'away' || step === 'waiting');
}

/** Whether there is something to stop. */
export function mayStop(step: Step, reconnection: Reconnection | undefined): boolean {
  return reconnection !== undefined && (step === 'away' || step === 'waiting' || step === 'trying');
}

/** Others are shown dimmed while nothing of them arrives; they keep their places. */
export function dimmed(voice: Voice | undefined): boolean {
  return voice?.problem === 'media';
}

/** Whole seconds until a moment (ms since 1970), never below 0. */
export function secondsUntil(moment: number, now: number): number {
  return Math.max(0, Math.ceil((moment - now) / 1000));
}
