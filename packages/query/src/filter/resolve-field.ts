import { didYouMean, quoted } from '@hourglass/contract/messages';
import type { ColumnType, Dataset } from '../catalogue/dataset.ts';
import { findFilterSource, findMetric } from '../catalogue/look-up.ts';
import { readMoment } from '../plan/read-moment.ts';
import { FilterFault } from './filter-fault.ts';
import { likeRegex } from './like-pattern.ts';
import { similarRegex } from './similar-pattern.ts';
import { describeToken, type Token } from './tokens.ts';

export interface FilterField {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * Resolves names and values for the parser. Every function throws a `FilterFault` at an invalid
 * token.
 */
export interface FieldResolver {
  /** Whether names may be in double quotes, because they need not be words. */
  readonly takesNames: boolean;
  field(token: Token): FilterField;
  /** Returns the value in the form of `FilterCondition`. */
  value(field: FilterField, token: Token): string;
  /** Returns the pattern, which is certain to compile. */
  pattern(kind: 'like' | 'similar', token: Token): string;
}

const expectedValue: Record<ColumnType, string> = {
  text: 'text in single quotes',
  integer: 'a whole number from -9223372036854775808 to 9223372036854775807',
  decimal: 'a number with at most 18 digits before the point and 6 after it',
  float: 'a number such as 1.5, or with an exponent in single quotes such as 2.5e-7',
  boolean: 'true or false',
  timestamp: 'a date and time in single quotes such as 2026-01-31T13:45:00Z',
};

/** Resolves the fields of facts. */
export function createFieldResolver(dataset: Dataset): FieldResolver {
  return createResolver(false, (token) => resolveField(token, dataset));
}

/** Resolves the columns of a report. */
export function createColumnResolver(types: ReadonlyMap<string, ColumnType>): FieldResolver {
  return createResolver(true, ({ text: name, at }) => {
    const type = types.get(name);
    if (type !== undefined) return { name, type };
    const known = [...types.keys()];
    throw new FilterFault(
      at,
      `found ${quoted(name)}; expected a column of the report, one of ${known.map(quoted).join(', ')}${didYouMean(name, known)}`,
    );
  });
}

function createResolver(takesNames: boolean, field: FieldResolver['field']): FieldResolver {
  return {
    takesNames,
    field,
    value: ({ name, type }, token) => {
      const value = readers[type](token);
      if (value !== null) return value;
      const expected = `expected ${expectedValue[type]}, because "${name}" is of type ${type}`;
      throw new FilterFault(token.at, `found ${describeToken(token)}; ${expected}`);
    },
    pattern: (kind, token) => {
      const regex = kind === 'like' ? likeRegex(token.text) : similarRegex(token.text);
      if (regex.ok) return token.text;
      throw new FilterFault(token.at, `found the pattern ${quoted(token.text)}; ${regex.message}`);
    },
  };
}

function resolveField({ text: name, at }: Token, dataset: Dataset): FilterField {
  const source = findFilterSource(dataset, name);
  if (source !== null) return { name, type: source.kind === 'column' ? source.type : 'text' };
  const names = [...dataset.dimensions, ...dataset.metrics].map((candidate) => candidate.name);
  const known = names.filter((candidate) => findFilterSource(dataset, candidate) !== null);
  throw new FilterFault(
    at,
    findMetric(dataset, name) === undefined
      ? `found ${quoted(name)}; expected a dimension or metric of "${dataset.name}"${didYouMean(name, known)}`
      : `found ${quoted(name)}, an aggregate that no single fact has; expected a dimension or a stored metric`,
  );
}

/** Return null if the token is not a value of the type. Numbers and booleans may be quoted. */
const readers: Record<ColumnType, (token: Token) => string | null> = {
  text: ({ kind, text }) => (kind === 'text' ? text : null),
  integer: ({ kind, text }) => (kind === 'text' || kind === 'number' ? readInteger(text) : null),
  decimal: ({ kind, text }) => (kind === 'text' || kind === 'number' ? readDecimal(text) : null),
  float: ({ kind, text }) => (kind === 'text' || kind === 'number' ? readFloat(text) : null),
  boolean: ({ kind, text }) => (kind === 'text' || kind === 'word' ? readBoolean(text) : null),
  timestamp: ({ kind, text }) => (kind === 'text' ? readTimestamp(text) : null),
};

const smallestInteger = -(2n ** 63n);
const largestInteger = 2n ** 63n - 1n;

function readInteger(text: string): string | null {
  const { sign, digits } = /^(?<sign>[+-]?)0*(?<digits>[0-9]{1,19})$/.exec(text)?.groups ?? {};
  if (digits === undefined) return null;
  const value = BigInt(sign === '-' ? `-${digits}` : digits);
  return value < smallestInteger || value > largestInteger ? null : String(value);
}

function readDecimal(text: string): string | null {
  const shape = /^(?<sign>[+-]?)0*(?<whole>[0-9]{1,18})(?:\.(?<fraction>[0-9]{1,6}))?$/;
  const { sign, whole = '0', fraction = '' } = shape.exec(text)?.groups ?? {};
  if (sign === undefined) return null;
  const kept = fraction.replace(/0+$/, '');
  const magnitude = kept === '' ? whole : `${whole}.${kept}`;
  return sign === '-' && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

function readFloat(text: string): string | null {
  if (!/^[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?$/.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? String(value) : null;
}

function readBoolean(text: string): string | null {
  const value = text.toLowerCase();
  return value === 'true' || value === 'false' ? value : null;
}

/** Reads a time as requests write it or as reports show it. */
function readTimestamp(text: string): string | null {
  const shown = /^(?<date>[0-9-]{10}) (?<time>[0-9:.]+)(?: UTC)?$/.exec(text)?.groups;
  const moment = readMoment(shown === undefined ? text : `${shown['date']}T${shown['time']}`);
  return moment.ok ? new Date(moment.ms).toISOString() : null;
}
