import type { Dataset, UndeclaredFields } from '@hourglass/query';
import { columnRules } from '../columns/column-rules.ts';
import { booleanRule, decimalRule } from '../columns/number-rules.ts';
import { maxTextBytes, textRule } from '../columns/text-rule.ts';
import { createFieldGuide } from '../check/field-guide.ts';
import type { FactColumn } from './fact-columns.ts';

/** Which fields a plain line may have besides `timestamp`. */
export interface PlainFields {
  /** With a value of the column's type or null. */
  readonly columns: readonly FactColumn[];
  /** Known, but always null in these facts. */
  readonly nullNames: readonly string[];
  /** Not known, with any value that is neither an array nor an object; they are passed over. */
  readonly ignoredNames: readonly string[];
}

/**
 * `read` are those of the dataset's `columns` that are looked for, `sampled` the names that were seen. A name that the
 * dataset does not know is ignored only where the environment asks for that, and never one that is derived.
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

/** More of them would make the pattern slow. */
const maxIgnoredNames = 100;
/** Stands in JSON as it is. Any other one could be taken for several fields, or two of them for the same. */
const isPlainName = (name: string) => !/["\\\p{Cc}\p{Surrogate}]/u.test(name);

/**
 * A regular expression over the bytes of lines that need no closer look: every line of UTF-8 that it matches is a
 * JSON object which the checker of rows accepts, once times are found to exist and to lie in range, and no field comes
 * twice. It refuses what is legal but seldom, such as exponents, a zone other than UTC or a name with escapes in it.
 * There is one way at most to match a text, so that a search which goes back and forth ends in linear time.
 */
export function plainLinePattern({ columns, nullNames, ignoredNames }: PlainFields): string {
  const members = [member(['timestamp'], columnRules.timestamp.plainJson)];
  for (const [type, { plainJson }] of Object.entries(columnRules)) {
    const names = columns.filter((column) => column.type === type).map(({ name }) => name);
    if (names.length > 0) members.push(member(names, `(?:${plainJson}|null)`));
  }
  if (nullNames.length > 0) members.push(member(nullNames, 'null'));
  if (ignoredNames.length > 0) members.push(member(ignoredNames, anyScalar));
  const any = `(?:${members.join('|')})`;
  return `${space}\\{${space}${any}(?:${space},${space}${any})*${space}\\}${space}`;
}

/** A line that is no longer has no text that is too long. */
export const maxPlainLineBytes = maxTextBytes;

const space = String.raw`[ \t\r]*`;
const anyScalar = `(?:${[textRule, decimalRule, booleanRule].map((rule) => rule.plainJson).join('|')}|null)`;

function member(names: readonly string[], value: string): string {
  return `"(?:${names.map(escaped).join('|')})"${space}:${space}(?:${value})`;
}

/** Ignored names come from clients. */
function escaped(name: string): string {
  return Buffer.from(name)
    .toString('latin1')
    .replaceAll(/\W/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
