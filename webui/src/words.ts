/** Sentences for codes that come from Python. An unknown code still makes a sentence, with the code in it. */
import type { Fault, Params } from './messages';
import type { Notice } from './hub';
import { clockOf } from './format';
import { locale } from './locale.svelte';
import type { Happening, OverlayWindow, Voice } from './protocol';
import type { Step } from './recovery';
import { callName, type Held } from './scene';
import { m } from './paraglide/messages';

type Sentence = (params?: Params) => string;
const sentences = m as unknown as Readonly<Record<string, Sentence | undefined>>;

function say(key: string, params: Params = {}): string | null {
  return sentences[key.replaceAll('.', '_')]?.(params) ?? null;
}

/** Why a command was not done. */
export function errorText(fault: Fault): string {
  return say(`error_${fault.code}`, fault.params) ?? m.error_unknown({ code: fault.code });
}

/** Why the call is as it is; empty without a reason. */
export function reasonText(code: string): string {
  if (!code) return '';
  return say(`reason_${code}`) ?? say(`error_${code}`) ?? m.reason_unknown({ code });
}

export function noticeText(notice: Notice): string {
  if (notice.name === 'tray.refused') return m.notice_tray_refused({ why: errorText(refusalIn(notice.params)) });
  if (notice.name === 'microphone.shut') return m.notice_microphone_shut({ reason: shutText(notice.params.reason) });
  return say(`notice_${notice.name}`, notice.params) ?? m.notice_unknown({ code: notice.name });
}

function refusalIn(params: Params): Fault {
  return { code: String(params.code), params: (params.params ?? {}) as Params };
}

function shutText(reason: unknown): string {
  return say(`shut_${String(reason)}`) ?? m.reason_unknown({ code: String(reason) });
}

/** Why keys are not seen everywhere. */
export function keyProblemText(problem: string): string {
  return say(`key_problem_${problem}`) ?? m.reason_unknown({ code: problem });
}

/** Why the microphone gives nothing. */
export function microphoneText(problem: string): string {
  return (
    say(`notice_microphone_${problem}`) ??
    say(`error_microphone_${problem}`) ??
    m.reason_unknown({ code: problem })
  );
}

/** Why the app turned this page away. */
export function refusalText(code: string): string {
  return say(`refused_${code}`) ?? m.refused_other({ code });
}

/** The call's name: of its channel, or what kind of call it is. */
export function callTitle(slices: Held): string {
  return callName(slices) || (slices.voice?.channel ? m.call_unnamed() : m.call_direct());
}

/** What became of a call that is not up: ended on purpose by somebody, never there, or lost. */
export function troubleTitle(voice: Voice): string {
  if (ENDED.has(voice.reason)) return m.banner_ended();
  return voice.status === 'failed' || voice.room === '' ? m.banner_failed() : m.banner_lost();
}

/** What is wrong with a call, in a few words. */
export function bannerTitle(step: Step, voice: Voice): string {
  if (step === 'over') return troubleTitle(voice);
  if (step === 'problem') return m.banner_problem();
  return step === 'shaky' ? m.banner_reconnecting() : m.banner_lost();
}

/** Why, and what is done about it. */
export function bannerText(step: Step, slices: Held): string {
  const { voice, reconnection } = slices;
  const missing = reconnection?.missing ? missingText(reconnection.missing) : '';
  switch (step) {
    case 'problem':
      return missing || m.banner_problem_text();
    case 'shaky':
      return missing;
    case 'trying':
      return m.banner_trying({ attempt: reconnection?.attempt || 1 });
    case 'over':
      return reconnection?.phase === 'sign_in' ? m.banner_sign_in() : reasonText(voice?.reason ?? '');
    default:
      return missing ? `${missing} ${m.banner_patience()}` : reasonText(voice?.reason ?? '');
  }
}

/** Who does not answer. */
function missingText(who: string): string {
  return say(`missing_${who}`) ?? '';
}

/** A line of "why did I drop?". */
export function happeningText(line: Happening): string {
  const { what, number } = line;
  const reason = what === 'no_answer' ? missingText(line.reason) : reasonText(line.reason);
  return (say(`timeline_${what}`, { reason, number }) ?? m.timeline_unknown({ code: what })).trim();
}

/** All lines, oldest first, as they are copied. */
export function timelineText(timeline: readonly Happening[]): string {
  return timeline.map((line) => `${clockOf(line.at, locale.current)}  ${happeningText(line)}`).join('\n');
}

const ENDED = new Set(['removed', 'deleted', 'duplicate', 'moved']);

/** A fault that a tester can make. */
export function faultText(name: string): string {
  return say(`fault_${name}`) ?? name;
}

/** A plugin's name as people know it. */
export function pluginTitle(name: string): string {
  return say(`plugin_${name}`) ?? name;
}

/** What a plugin is for; empty for a stranger. */
export function pluginAbout(name: string): string {
  return say(`plugin_${name}_about`) ?? '';
}

/** What this desktop cannot do; empty for what overlays do not need. */
export function limitText(code: string): string {
  return say(`limit_${code}`) ?? '';
}

/** Why an overlay is not to be seen, or not as it should be; empty when all is well. */
export function overlayHint(own: OverlayWindow): string {
  if (own.withdrawn) return say(`overlay_withdrawn_${own.withdrawn}`) ?? m.reason_unknown({ code: own.withdrawn });
  return own.problem ? errorText({ code: own.problem, params: {} }) : '';
}
