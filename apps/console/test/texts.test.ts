import { describe, expect, test } from 'vitest';
import { en } from '../src/text/en.ts';
import { languageTags, preferredLanguage } from '../src/text/languages.ts';
import { pl } from '../src/text/pl.ts';
import { zh, zhApi } from '../src/text/zh.ts';

type Texts = Readonly<Record<string, string>>;

const plural = /_(zero|one|two|few|many|other)$/;
const translations: readonly [string, Texts][] = [
  [languageTags.en, en],
  [languageTags.pl, pl],
  [languageTags.zh, zh],
];
const keysOf = (texts: Texts) => new Set(Object.keys(texts).map((key) => key.replace(plural, '')));
const placeholders = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).toSorted();

describe.each(translations)('the texts in %s', (tag, texts) => {
  test('have every key, in every plural form of the language, and no other', () => {
    expect([...keysOf(texts)].toSorted()).toEqual([...keysOf(en)].toSorted());
    const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.toSorted();
    const counted = Object.keys(en).filter((key) => key.endsWith('_other'));
    expect(counted.length).toBeGreaterThan(0);
    for (const key of counted) {
      const base = key.replace(plural, '');
      const found = Object.keys(texts).filter(
        (other) => plural.test(other) && other.replace(plural, '') === base,
      );
      expect([base, found.map((other) => other.slice(base.length + 1)).toSorted()]).toEqual([base, forms]);
    }
  });

  test('insert the same values as English and are never empty', () => {
    for (const [key, text] of Object.entries(texts)) {
      const english = (en as Texts)[key] ?? (en as Texts)[key.replace(plural, '_other')] ?? '';
      expect([key, text.trim() === '', placeholders(text)]).toEqual([key, false, placeholders(english)]);
    }
  });
});

test('Chinese texts have full-width punctuation beside Chinese characters', () => {
  const halfWidth =
    /[\u4e00-\u9fff”）][,;?!(]|[,;:?!)][\u4e00-\u9fff“]|[\u4e00-\u9fff”）]:(?!\/)|[\u4e00-\u9fff].*[,;:?!]$/;
  expect(Object.entries({ ...zh, ...zhApi }).filter(([, text]) => halfWidth.test(text))).toEqual([]);
});

test('the language is the first of the browser that the console has', () => {
  expect(preferredLanguage(['de-AT', 'zh-CN', 'pl'])).toBe('zh');
  expect(preferredLanguage(['PL-pl'])).toBe('pl');
  expect(preferredLanguage(['de'])).toBe('en');
  expect(preferredLanguage([])).toBe('en');
});
