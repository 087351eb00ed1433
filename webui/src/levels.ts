/** Levels of sound as they are shown. */

/** What lies below is drawn as nothing: no microphone is that quiet. */
export const QUIETEST = -80;

/** A level in dBFS as a part of a bar, 0 to 1. */
export function levelPart(level: number): number {
  return Math.min(1, Math.max(0, 1 - level / QUIETEST));
}

export function inDecibels(level: number, language: string): string {
  return `${level.toLocaleString(language)} dB`;
}

export function inPercent(percent: number, language: string): string {
  return (percent / 100).toLocaleString(language, { style: 'percent' });
}

/** Microseconds as milliseconds with as many digits as mean something. */
export function milliseconds(us: number, language: string): string {
  return (us / 1000).toLocaleString(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
