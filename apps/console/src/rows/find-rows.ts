import type { Column, Row } from './result.ts';

/** Whether the value of a column contains the searched text. */
export type Finder = (row: Row, column: Column) => boolean;

/**
 * Returns the finder of a text; null for an empty one. Letter case and widths of characters are ignored. A number is found by its
 * digits, and as it is shown in the language.
 */
export function finderOf(text: string, tag: string): Finder | null {
  const wanted = folded(text.trim());
  if (wanted === '') return null;
  const digits = plainDigits(wanted, tag);
  return (row, { name, type }) => {
    const value = row[name];
    if (value === null || value === undefined) return false;
    const isNumber = type === 'INTEGER' || type === 'FLOAT';
    return isNumber ? String(value).includes(digits) : folded(String(value)).includes(wanted);
  };
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Removes what the language puts between digits. */
function plainDigits(wanted: string, tag: string): string {
  const parts = new Intl.NumberFormat(tag, { useGrouping: 'always' }).formatToParts(1_000_000.5);
  const partOf = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  const group = folded(partOf('group'));
  // A group of the language may be a space of another width than that of the keyboard.
  const ungrouped = group.trim() === '' ? wanted.replaceAll(/\s/g, '') : wanted.replaceAll(group, '');
  return ungrouped.replace(partOf('decimal'), '.').replace('−', '-');
}

/** Returns which of the places from `start` to `endExclusive` have a row with the text. `order`: the row of each place. */
export function findRows(
  rows: readonly Row[],
  columns: readonly Column[],
  finder: Finder,
  { order, start, endExclusive }: { order: readonly number[] | null; start: number; endExclusive: number },
): number[] {
  const hits: number[] = [];
  for (let place = start; place < Math.min(endExclusive, rows.length); place += 1) {
    const row = rows[order?.[place] ?? place];
    if (row !== undefined && columns.some((column) => finder(row, column))) hits.push(place);
  }
  return hits;
}

/** Returns the index of the hit after or before a place, around the ends. -1: there is none. */
export function nextHit(hits: readonly number[], place: number, direction: 1 | -1): number {
  if (hits.length === 0) return -1;
  if (direction === 1) {
    const next = hits.findIndex((hit) => hit > place);
    return next === -1 ? 0 : next;
  }
  const previous = hits.findLastIndex((hit) => hit < place);
  return previous === -1 ? hits.length - 1 : previous;
}
