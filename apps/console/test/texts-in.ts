import { createInstance } from 'i18next';
import { en } from '../src/text/en.ts';
import { languageTags, type Language, type TextKey } from '../src/text/languages.ts';
import { pl } from '../src/text/pl.ts';
import { zh } from '../src/text/zh.ts';

/** The texts of a language as components have them. */
export function textsIn(language: Language) {
  const tag = languageTags[language];
  const texts = createInstance();
  void texts.init({
    ...{ lng: tag, resources: { [tag]: { translation: { en, pl, zh }[language] } } },
    ...{ keySeparator: false, nsSeparator: false, initAsync: false, interpolation: { escapeValue: false } },
  });
  const t = (key: TextKey, values: Readonly<Record<string, string | number>> = {}) => texts.t(key, values);
  return { t, tag };
}
