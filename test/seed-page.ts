import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '@hourglass/testing';

/** The page of the contract whose examples are quoted by line. It is not part of the repository. */
export const seedFile = '003_26d86e25ab547a96.txt';
const file = path.join(repositoryRoot, '../shared/seeds', seedFile);

export interface Quotation<Quoted> {
  /** Where it begins in the page, counted from 1. */
  readonly line: number;
  readonly quoted: Quoted;
}

/** What the page itself says, or null where it is not beside the checkout; that is said aloud. */
export function readSeedPage() {
  if (!existsSync(file)) {
    console.warn(`\n  SKIPPED: the comparison with the page: there is no ../shared/seeds/${seedFile}\n`);
    return null;
  }
  const lines = readFileSync(file, 'utf8').split('\n');
  const numbered = lines.map((text, index) => ({ line: index + 1, text: text.trim() }));
  const lineOf = (start: string) => lines.findIndex((text) => text.startsWith(start));
  return {
    /** Every body of a query that is whole, without the one that only names its members. */
    queries: numbered
      .filter(({ text, line }) => text === '{' && lines[line]?.includes('"metrics":') === true)
      .map(({ line }) => ({ line, quoted: bodyFrom(lines.slice(line - 1)) }))
      .filter((quotation): quotation is Quotation<object> => quotation.quoted !== null),
    /** Every filter between the head of the table of tokens and what follows the table. */
    filters: numbered
      .slice(lineOf('Token Opis'), lineOf('Ograniczenia i wartości domyślne'))
      .filter(({ text }) => /^\(.+\)$/.test(text))
      .map(({ line, text }) => ({ line, quoted: text })),
    lineSays: (line: number) => lines[line - 1] ?? '',
  };
}

/** The object whose closing brace is the first one that stands alone at the start of a line. */
function bodyFrom(lines: readonly string[]): object | null {
  const text = lines.slice(0, lines.indexOf('}') + 1).join('\n');
  return text.includes('...') ? null : (JSON.parse(text) as object);
}
