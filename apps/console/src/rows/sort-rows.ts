import { bucketOf } from '../plot/bucket-time.ts';
import { numberOf, type Column, type Row } from './result.ts';

export interface Sorting {
  readonly column: string;
  readonly isDescending: boolean;
}

/** Reads the sorting in the URL, such as `calls:desc`. Null: none, or of a column that does not exist. */
export function sortingOf(text: string | null, columns: readonly Pick<Column, 'name'>[]): Sorting | null {
  const [, column, direction] = /^(.*):(asc|desc)$/s.exec(text ?? '') ?? [];
  if (column === undefined || !columns.some(({ name }) => name === column)) return null;
  return { column, isDescending: direction === 'desc' };
}

export function sortingText({ column, isDescending }: Sorting): string {
  return `${column}:${isDescending ? 'desc' : 'asc'}`;
}

/** The sorting after a click on a column: largest numbers or first texts first, then the reverse, then none. */
export function nextSorting(current: Sorting | null, { name, type }: Column): Sorting | null {
  const startsDescending = type === 'INTEGER' || type === 'FLOAT';
  if (current?.column !== name) return { column: name, isDescending: startsDescending };
  return current.isDescending === startsDescending ? { ...current, isDescending: !startsDescending } : null;
}

type Compare<Value> = (one: Value, other: Value) => number;

/**
 * Returns the indices of the rows in the order of a column. Missing values are last in both directions, rows with equal values keep
 * their order, and whole numbers are compared by every digit.
 */
export function sortRows(
  rows: readonly Row[],
  { name, type }: Column,
  isDescending: boolean,
  tag: string,
): number[] {
  const values = rows.map((row) => row[name] ?? null);
  const isText = type === 'STRING' || type === 'BOOLEAN';
  const keys = isText ? textRanks(values, tag) : Float64Array.from(values, numberKey(type));
  const compareKeys = compareNumbers(keys, type === 'INTEGER' ? values : null);
  const sign = isDescending ? -1 : 1;
  return Array.from(values, (_value, index) => index).sort((one, other) => {
    const isMissing = Number.isNaN(keys[one]);
    if (isMissing !== Number.isNaN(keys[other])) return isMissing ? 1 : -1;
    return isMissing ? one - other : sign * compareKeys(one, other) || one - other;
  });
}

function numberKey(type: Column['type']): (value: Row[string]) => number {
  if (type === 'DATETIME') return (value) => bucketOf(String(value))?.atSeconds ?? Number.NaN;
  return (value) => numberOf(value) ?? Number.NaN;
}

/** `exact`: texts of whole numbers, which a key may have rounded. */
function compareNumbers(keys: Float64Array, exact: readonly Row[string][] | null): Compare<number> {
  return (one, other) => {
    const [a = 0, b = 0] = [keys[one], keys[other]];
    if (a !== b || exact === null || Math.abs(a) <= Number.MAX_SAFE_INTEGER) return a - b;
    const [first, second] = [BigInt(exact[one] ?? 0), BigInt(exact[other] ?? 0)];
    if (first === second) return 0;
    return first < second ? -1 : 1;
  };
}

/** More texts take the rules of a language a second. */
const maxCollatedTexts = 10_000;

/** Compares each distinct text once, by the rules of the language if they are few; the ranks of texts are numbers. */
function textRanks(values: readonly Row[string][], tag: string): Float64Array {
  const texts = [...new Set(values.filter((value) => value !== null).map(String))];
  const sorted = texts.length > maxCollatedTexts ? texts.sort() : texts.sort(collation(tag));
  const rankOf = new Map(sorted.map((text, rank) => [text, rank]));
  return Float64Array.from(values, (value) =>
    value === null ? Number.NaN : (rankOf.get(String(value)) ?? Number.NaN),
  );
}

function collation(tag: string): Compare<string> {
  const { compare } = new Intl.Collator(tag, { numeric: true });
  return (one, other) => compare(one, other);
}
