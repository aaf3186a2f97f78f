import { createInstance, type i18n } from 'i18next';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { apiTranslator, type ApiTexts } from './api-texts.ts';
import { en } from './en.ts';
import { isLanguage, languageTags, preferredLanguage, type Language, type TextKey } from './languages.ts';

type Translate = (key: TextKey, values?: Readonly<Record<string, string | number>>) => string;

export interface Texts {
  readonly t: Translate;
  /** Translates a text that the API wrote in English, like the description of a field. */
  readonly tApi: (text: string) => string;
  readonly language: Language;
  /** For `Intl`. */
  readonly tag: string;
  readonly choose: (language: Language) => void;
}

interface LanguageTexts {
  readonly console: Readonly<Record<string, string>>;
  readonly api: ApiTexts;
}

const loaders: Readonly<Record<Language, () => Promise<LanguageTexts>>> = {
  en: () => Promise.resolve({ console: en, api: {} }),
  pl: async () => {
    const { pl, plApi } = await import('./pl.ts');
    return { console: pl, api: plApi };
  },
  zh: async () => {
    const { zh, zhApi } = await import('./zh.ts');
    return { console: zh, api: zhApi };
  },
};
const storageKey = 'hourglass.language';

interface LoadedTexts {
  readonly language: Language;
  readonly instance: i18n;
  readonly tApi: Texts['tApi'];
}

/** Loads the texts of a language. */
async function loadTexts(language: Language): Promise<LoadedTexts> {
  const texts = await loaders[language]();
  const instance = createInstance();
  await instance.init({
    lng: languageTags[language],
    resources: { [languageTags[language]]: { translation: texts.console } },
    keySeparator: false,
    nsSeparator: false,
    // React escapes.
    interpolation: { escapeValue: false },
  });
  return { language, instance, tApi: apiTranslator(texts.api) };
}

const TextsContext = createContext<Texts | null>(null);

/** Shows nothing until the texts are there. */
export function TextsProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(rememberedLanguage);
  const [loaded, setLoaded] = useState<LoadedTexts | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const load = async () => {
      const next = await loadTexts(language);
      if (!isCurrent) return;
      document.documentElement.lang = languageTags[language];
      setLoaded(next);
    };
    void load();
    return () => {
      isCurrent = false;
    };
  }, [language]);
  const texts = useMemo<Texts | null>(
    () =>
      loaded && {
        t: (key, values) => loaded.instance.t(key, values ?? {}),
        tApi: loaded.tApi,
        language: loaded.language,
        tag: languageTags[loaded.language],
        choose(chosen) {
          localStorage.setItem(storageKey, chosen);
          setLanguage(chosen);
        },
      },
    [loaded],
  );
  return texts && <TextsContext value={texts}>{children}</TextsContext>;
}

export function useTexts(): Texts {
  const texts = useContext(TextsContext);
  if (texts === null) throw new Error('unreachable: no TextsProvider');
  return texts;
}

function rememberedLanguage(): Language {
  const remembered = localStorage.getItem(storageKey);
  return isLanguage(remembered) ? remembered : preferredLanguage(navigator.languages);
}
