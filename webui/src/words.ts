/** Sentences for codes that come from Python. An unknown code still makes a sentence, with the code in it. */
import type { Fault, Params } from './messages';
import type { Notice } from './hub';
import type { Voice } from './protocol';
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
  return say(`notice_${notice.name}`, notice.params) ?? m.notice_unknown({ code: notice.name });
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
