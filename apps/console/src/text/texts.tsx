import { createInstance, type i18n } from 'i18next';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { en } from './en.ts';
import { isLanguage, languageTags, preferredLanguage, type Language, type TextKey } from './languages.ts';

type Translate = (key: TextKey, values?: Readonly<Record<string, string | number>>) => string;

export interface Texts {
  readonly t: Translate;
  readonly language: Language;
  /** For `Intl`. */
  readonly tag: string;
  readonly choose: (language: Language) => void;
}

const loaders: Readonly<Record<Language, () => Promise<Readonly<Record<string, string>>>>> = {
  en: () => Promise.resolve(en),
  pl: async () => (await import('./pl.ts')).pl,
  zh: async () => (await import('./zh.ts')).zh,
};
const storageKey = 'hourglass.language';

/** Loads the texts of a language. */
async function loadTexts(language: Language): Promise<i18n> {
  const instance = createInstance();
  await instance.init({
    lng: languageTags[language],
    resources: { [languageTags[language]]: { translation: await loaders[language]() } },
    keySeparator: false,
    nsSeparator: false,
    // React escapes.
    interpolation: { escapeValue: false },
  });
  return instance;
}

const TextsContext = createContext<Texts | null>(null);

/** Shows nothing until the texts are there. */
export function TextsProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(rememberedLanguage);
  const [loaded, setLoaded] = useState<{ readonly language: Language; readonly instance: i18n } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const load = async () => {
      const instance = await loadTexts(language);
      if (!isCurrent) return;
      document.documentElement.lang = languageTags[language];
      setLoaded({ language, instance });
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
