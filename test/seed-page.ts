import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '@hourglass/testing';

/** The page of the contract whose examples the tests quote by line. It is not part of the repository. */
export const seedFile = '003_26d86e25ab547a96.txt';
const file = path.join(repositoryRoot, '../shared/seeds', seedFile);

export interface Quotation<Quoted> {
  /** The line at which it begins, counted from 1. */
  readonly line: number;
  readonly quoted: Quoted;
}

/** Reads the page. Returns null with a warning where it is not beside the checkout. */
export function readSeedPage() {
  if (!existsSync(file)) {
    console.warn(`\n  SKIPPED: the comparison with the page: there is no ../shared/seeds/${seedFile}\n`);
    return null;
  }
  const lines = readFileSync(file, 'utf8').split('\n');
  const numbered = lines.map((text, index) => ({ line: index + 1, text: text.trim() }));
  const lineOf = (start: string) => lines.findIndex((text) => text.startsWith(start));
  return {
    /** All complete bodies of queries. One body only names its members. */
    queries: numbered
      .filter(({ text, line }) => text === '{' && lines[line]?.includes('"metrics":') === true)
      .map(({ line }) => ({ line, quoted: bodyFrom(lines.slice(line - 1)) }))
      .filter((quotation): quotation is Quotation<object> => quotation.quoted !== null),
    /** All filters in the table of tokens. */
    filters: numbered
      .slice(lineOf('Token Opis'), lineOf('Ograniczenia i wartości domyślne'))
      .filter(({ text }) => /^\(.+\)$/.test(text))
      .map(({ line, text }) => ({ line, quoted: text })),
    /** The one request of a monetization report. */
    monetization: monetizationFrom(lines),
    lineSays: (line: number) => lines[line - 1] ?? '',
  };
}

/** Parses an object that ends at the first line which begins with a closing brace. */
function bodyFrom(lines: readonly string[]): object | null {
  const text = lines.slice(0, lines.indexOf('}') + 1).join('\n');
  return text.includes('...') ? null : (JSON.parse(text) as object);
}

/** Parses the only body that is an argument of a command, in single quotes. */
function monetizationFrom(lines: readonly string[]): Quotation<object> {
  const start = lines.indexOf("'{");
  const end = lines.findIndex((text, index) => index > start && text.includes("}'"));
  const [, body = ''] = lines
    .slice(start, end + 1)
    .join('\n')
    .split("'");
  return { line: start + 1, quoted: JSON.parse(body) as object };
}
