import type { en } from './en.ts';

type WithoutPlural<Key> = Key extends `${infer Base}_${'zero' | 'one' | 'two' | 'few' | 'many' | 'other'}`
  ? Base
  : Key;

/** A key of the texts. Keys with plural forms are named without their suffix. */
export type TextKey = WithoutPlural<keyof typeof en>;

export const languages = { en: 'English', pl: 'Polski', zh: '简体中文' } as const;
export type Language = keyof typeof languages;

/** The BCP 47 tag for `lang` and `Intl`. */
export const languageTags: Readonly<Record<Language, string>> = { en: 'en', pl: 'pl', zh: 'zh-Hans' };

export function isLanguage(text: string | null): text is Language {
  return text !== null && Object.hasOwn(languages, text);
}

/** Returns the first language of the browser that the console has; by default English. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '').find((tag) => isLanguage(tag));
  return isLanguage(known ?? null) ? (known as Language) : 'en';
}
