/** Texts of the API in another language, by their English text. `{name}` in both is a detail. */
export type ApiTexts = Readonly<Record<string, string>>;

interface Pattern {
  readonly pattern: RegExp;
  readonly translation: string;
}

const detail = /\{(\w+)\}/g;

/**
 * Returns a function that translates a text of the API. A text that is not in the table, like the
 * description of a custom field, remains as it is. A detail may itself be a text of the table.
 */
export function apiTranslator(table: ApiTexts): (text: string) => string {
  const exact = new Map(Object.entries(table));
  const patterns = Object.entries(table)
    .filter(([english]) => english.includes('{'))
    .map(([english, translation]) => ({ pattern: patternOf(english), translation }));
  const translate = (text: string): string => exact.get(text) ?? matched(text, patterns, translate) ?? text;
  return translate;
}

function matched(
  text: string,
  patterns: readonly Pattern[],
  translate: (text: string) => string,
): string | undefined {
  for (const { pattern, translation } of patterns) {
    const details = pattern.exec(text)?.groups;
    if (details !== undefined)
      return translation.replace(detail, (whole, name: string) => translate(details[name] ?? whole));
  }
  return undefined;
}

function patternOf(english: string): RegExp {
  const literals = english.split(/\{\w+\}/).map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const names = [...english.matchAll(detail)].map(([, name]) => `(?<${name ?? ''}>.*)`);
  return new RegExp(`^${literals.map((literal, at) => literal + (names[at] ?? '')).join('')}$`);
}
