import type { Dataset, UndeclaredFields } from '@hourglass/query/catalogue';
import { columnRules } from '../columns/column-rules.ts';
import { booleanRule, floatRule } from '../columns/number-rules.ts';
import { maxTextBytes, textRule } from '../columns/text-rule.ts';
import { createFieldGuide } from '../check/field-guide.ts';
import type { FactColumn } from './fact-columns.ts';

/** The fields that a plain line may have besides `timestamp`. */
export interface PlainFields {
  /** Fields with a value of the column's type, or null. */
  readonly columns: readonly FactColumn[];
  /** Known fields that have no value in these facts, only null. */
  readonly nullNames: readonly string[];
  /** Undeclared fields with any value except arrays and objects. They are ignored. */
  readonly ignoredNames: readonly string[];
}

/**
 * `read` are the columns to be converted, a subset of the dataset's `columns`; `sampled` are the
 * names found in a sample. Undeclared fields are ignored only if the environment says so, and
 * derived fields never are.
 */
export function plainFields({
  dataset,
  undeclaredFields,
  columns,
  read,
  sampled,
}: {
  readonly dataset: Dataset;
  readonly undeclaredFields: UndeclaredFields;
  readonly columns: readonly FactColumn[];
  readonly read: readonly FactColumn[];
  readonly sampled: ReadonlySet<string>;
}): PlainFields {
  const known = new Set(['timestamp', ...columns.map(({ name }) => name)]);
  const guide = createFieldGuide(dataset);
  const ignored = [...sampled].filter((name) => !known.has(name) && !guide.isDerived(name));
  return {
    columns: read,
    nullNames: columns.filter((column) => !read.includes(column)).map(({ name }) => name),
    ignoredNames:
      undeclaredFields === 'ignore' && ignored.length <= maxIgnoredNames ? ignored.filter(isPlainName) : [],
  };
}

/** A pattern with more names would be slow. */
const maxIgnoredNames = 100;
/**
 * Whether JSON writes the name unescaped. Any other name could match as several fields, or two
 * names could match the same text.
 */
const isPlainName = (name: string) => !/["\\\p{Cc}\p{Surrogate}]/u.test(name);

/**
 * Returns a regular expression over the bytes of plain lines. Every line of UTF-8 that it matches
 * is a JSON object that the row checker accepts, provided that its times exist and lie within
 * bounds, and that no field occurs twice. Valid but rare forms do not match: exponents, a zone
 * other than UTC, escapes in a name. There is at most one way to match a text, so that backtracking
 * takes linear time.
 */
export function plainLinePattern(fields: PlainFields): string {
  const [first, next] = ['first', 'next'].map((place) => anyMember(fields, place));
  return `${space}\\{${space}${first}(?:${space},${space}${next})*${space}\\}${space}`;
}

/** `place` makes the names of groups unique. */
function anyMember({ columns, nullNames, ignoredNames }: PlainFields, place: string): string {
  const members = [member(['timestamp'], columnRules.timestamp.plainJson)];
  for (const [type, { plainJson }] of Object.entries(columnRules)) {
    const names = columns.filter((column) => column.type === type).map(({ name }) => name);
    if (names.length > 0) members.push(member(names, `(?:${plainJson}|null)`));
  }
  if (nullNames.length > 0) members.push(unreadMember(`${place}Null`, nullNames, 'null'));
  if (ignoredNames.length > 0) members.push(unreadMember(`${place}Ignored`, ignoredNames, anyScalar));
  return `(?:${members.join('|')})`;
}

/** A line within this length cannot contain a text that is too long. */
export const maxPlainLineBytes = maxTextBytes;

const space = String.raw`[ \t\r]*`;
const anyScalar = `(?:${[textRule, floatRule, booleanRule].map((rule) => rule.plainJson).join('|')}|null)`;

function member(names: readonly string[], value: string): string {
  return `"(?:${names.map(escapeName).join('|')})"${space}:${space}(?:${value})`;
}

/**
 * A member that DuckDB does not read, and so would not refuse when its name occurs twice. No name is
 * repeated after it: a quote, the name and a quote before a colon are a name, never a part of a
 * text. A `group` of the pattern keeps the name.
 */
function unreadMember(group: string, names: readonly string[], value: string): string {
  const name = `"(?<${group}>${names.map(escapeName).join('|')})"`;
  const again = String.raw`[^\n]*"\k<${group}>"${space}:`;
  return `${name}${space}:${space}(?:${value})(?!${again})`;
}

/** Clients choose the ignored names, so every character is escaped. */
function escapeName(name: string): string {
  return Buffer.from(name)
    .toString('latin1')
    .replaceAll(/\W/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
