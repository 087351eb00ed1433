/** Which language the page speaks. Messages read it whenever they are drawn, so a change redraws every text. */
import type { Locale } from './paraglide/runtime';
import { baseLocale, isLocale, overwriteGetLocale } from './paraglide/runtime';

let current: Locale = $state(systemLocale());
overwriteGetLocale(() => current);

export const locale = {
  get current(): Locale {
    return current;
  },
};

/** Applies the setting `app.language`: a locale, or anything else for the system's. */
export function useLanguage(choice: unknown): void {
  current = isLocale(choice) ? choice : systemLocale();
  document.documentElement.lang = current;
}

function systemLocale(): Locale {
  for (const tag of navigator.languages) {
    const language = tag.split('-')[0];
    if (isLocale(language)) return language;
  }
  return baseLocale;
}
