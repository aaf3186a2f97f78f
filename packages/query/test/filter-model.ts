import * as fc from 'fast-check';
import type { CustomField } from '../src/index.ts';
import type { Fact } from './facts-relation.ts';
import { toMillionths } from './millionths.ts';
import { localDate } from './zone-clock.ts';

/**
 * A model of the filter language: random filters as text, in every style that the language allows,
 * with a function that evaluates them for one fact. It is independent of the tested code: types,
 * comparisons and patterns are implemented again.
 */
export interface ModelFilter {
  readonly text: string;
  /** `timeZone` is the zone of the plan. */
  readonly matches: (fact: Fact, timeZone?: string) => boolean;
}

const fields = {
  apiproxy: 'text',
  target: 'text',
  organization: 'text',
  ax_hour_of_day: 'text',
  ax_day_of_week: 'text',
  ax_week_of_month: 'text',
  response_status_code: 'integer',
  apiproxy_revision: 'integer',
  total_response_time: 'integer',
  is_error: 'integer',
  error_count: 'integer',
  message_count: 'integer',
  fees: 'decimal',
  created: 'timestamp',
  dc_total: 'integer',
  dcRatio: 'float',
  dc_plan: 'text',
  dc_ok: 'boolean',
  dc_due: 'timestamp',
} as const;
type Field = keyof typeof fields;

/** The fields above that are custom fields of an environment. */
export const modelCustomFields: readonly CustomField[] = [
  { id: 3, name: 'dc_total', type: 'INTEGER' },
  { id: 1, name: 'dcRatio', type: 'FLOAT' },
  { id: 5, name: 'dc_plan', type: 'STRING' },
  { id: 2, name: 'dc_ok', type: 'BOOLEAN' },
  { id: 9, name: 'dc_due', type: 'DATETIME' },
];

export const modelTexts = [
  '',
  'a',
  'B',
  'b',
  'é',
  '﹏',
  '\u{1f600}',
  '(not set)',
  '%',
  "'",
  'ab',
  'aab\n',
  '22',
  'Mon',
];
export const modelIntegers = [-1, 0, 1, 9, 10, 200, 404, 504];
export const modelDecimals = ['0.1', '1.5', '-2.000001', '100', '10', '0'];
/** Sums of eighths are exact in any order. */
export const modelFloats = [0.125, 1.5, -2.375, 100, -0.25, 0];
export const modelTimes = [
  '2026-01-01T00:00:00.000Z',
  '2026-02-28T22:30:00.250Z',
  '2026-03-01T00:00:00.000Z',
];

/** Values that a fact has without a stored column, by a date in UTC that shows local time. */
const derived: Record<string, (date: Date) => string> = {
  organization: () => 'acme',
  ax_hour_of_day: (date) => String(date.getUTCHours()).padStart(2, '0'),
  ax_day_of_week: (date) => ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][date.getUTCDay()] ?? '',
  ax_week_of_month: (date) => String(1 + Math.trunc((date.getUTCDate() - 1) / 7)),
};

/** Returns a fact's value as text, or null. */
function valueOf(field: Field, fact: Fact, timeZone: string | undefined): string | null {
  const derive = derived[field];
  if (derive !== undefined) return derive(localDate(Date.parse(fact.timestamp), timeZone));
  return fact[field === 'error_count' ? 'is_error' : field]?.toString() ?? null;
}

function compare(field: Field, left: string, right: string): number {
  if (fields[field] === 'text' || fields[field] === 'boolean')
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  const scaled = (text: string) =>
    fields[field] === 'timestamp' ? BigInt(Date.parse(text)) : toMillionths(text.replace(/^\+/, ''));
  const difference = scaled(left) - scaled(right);
  return difference < 0n ? -1 : Number(difference > 0n);
}

function textOf(field: Field, value: string): string {
  if (fields[field] === 'decimal') return value.includes('.') ? value.replace(/\.?0+$/, '') : value;
  return fields[field] === 'timestamp' ? `${value.replace('T', ' ').replace('Z', '')} UTC` : value;
}

const inQuotes = (text: string) => `'${text.replaceAll("'", "''")}'`;
const anyCase = (keyword: string) =>
  fc.constantFrom(
    keyword,
    keyword.toUpperCase(),
    keyword.replace(/^./, (c) => c.toUpperCase()),
  );
const gap = fc.constantFrom(' ', ' ', '  ', '\n', '\t');

function valuesFor(field: Field): fc.Arbitrary<{ written: string; value: string }> {
  switch (fields[field]) {
    case 'text':
      return fc
        .constantFrom(...modelTexts, '03', '1', 'acme')
        .map((value) => ({ written: inQuotes(value), value }));
    case 'integer':
      return fc
        .tuple(fc.constantFrom(...modelIntegers), fc.constantFrom('', "'"))
        .map(([value, quote]) => ({ written: `${quote}${value}${quote}`, value: String(value) }));
    case 'decimal':
      return fc.constantFrom(...modelDecimals, '+1.50').map((value) => ({ written: value, value }));
    case 'float':
      return fc
        .tuple(fc.constantFrom(...modelFloats), fc.constantFrom('', "'"))
        .map(([value, quote]) => ({ written: `${quote}${value}${quote}`, value: String(value) }));
    case 'boolean':
      return fc.constantFrom('true', 'false').chain((value) =>
        fc.tuple(anyCase(value), fc.constantFrom('', "'")).map(([written, quote]) => ({
          written: `${quote}${written}${quote}`,
          value,
        })),
      );
    case 'timestamp':
      return fc
        .tuple(fc.constantFrom(...modelTimes), fc.boolean())
        .map(([value, asShown]) => ({ written: inQuotes(asShown ? textOf(field, value) : value), value }));
    default:
      return fields[field] satisfies never;
  }
}

/** Generates patterns with a matching function that tries all alternatives. */
interface Pattern {
  readonly pattern: string;
  readonly matches: (text: string) => boolean;
}

const patternPiece = fc.oneof(
  fc.constantFrom('%', '_', '%'),
  fc.constantFrom(...Array.from('aAbB0123459.-MonT'), '\u{1f600}', 'é', '\n', "'"),
  fc.constantFrom('\\%', '\\_', '\\\\', '\\a'),
);
const likePatterns: fc.Arbitrary<Pattern> = fc.array(patternPiece, { maxLength: 6 }).map((pieces) => ({
  pattern: pieces.join(''),
  matches: (text) => matchesLike(pieces, Array.from(text)),
}));

function matchesLike(pieces: readonly string[], text: readonly string[]): boolean {
  const [piece, ...rest] = pieces;
  if (piece === undefined) return text.length === 0;
  if (piece === '%')
    return text.some((_, from) => matchesLike(rest, text.slice(from))) || matchesLike(rest, []);
  if (text.length === 0) return false;
  const wanted = piece.length === 2 && piece.startsWith('\\') ? piece.slice(1) : piece;
  return (piece === '_' || text[0] === wanted) && matchesLike(rest, text.slice(1));
}

/** A piece of a pattern with a function that maps start positions in a text to end positions. */
interface Similar {
  readonly sql: string;
  readonly ends: (text: readonly string[], starts: ReadonlySet<number>) => Set<number>;
}

function oneCharacter(sql: string, matches: (character: string) => boolean): Similar {
  return {
    sql,
    ends: (text, starts) =>
      new Set([...starts].filter((at) => at < text.length && matches(text[at] ?? '')).map((at) => at + 1)),
  };
}

function repeated(piece: Similar, quantifier: string, least: number, most: number): Similar {
  return {
    sql: piece.sql + quantifier,
    ends: (text, starts) => {
      let reached: ReadonlySet<number> = starts;
      const all = new Set(least === 0 ? starts : []);
      for (let times = 1; times <= most && reached.size > 0; times += 1) {
        const next = piece.ends(text, reached);
        // Once the minimum is reached, only new ends can lead to further new ends.
        reached = times < least ? next : new Set([...next].filter((at) => !all.has(at)));
        if (times >= least) for (const at of reached) all.add(at);
      }
      return all;
    },
  };
}

const similarAtoms: readonly Similar[] = [
  ...'aAbB0123459-.^$'.split('').map((letter) => oneCharacter(letter, (c) => c === letter)),
  ...['\u{1f600}', 'é', '\n'].map((letter) => oneCharacter(letter, (c) => c === letter)),
  oneCharacter('_', () => true),
  oneCharacter('\\%', (c) => c === '%'),
  oneCharacter('[0-9]', (c) => c >= '0' && c <= '9'),
  oneCharacter('[^a-c]', (c) => c < 'a' || c > 'c'),
  oneCharacter('[[:ALPHA:]_]', (c) => /^[A-Za-z_]$/.test(c)),
  oneCharacter('[%.\\]-]', (c) => '%.]-'.includes(c)),
];
const anyText: Similar = {
  ...repeated(
    oneCharacter('_', () => true),
    '*',
    0,
    Infinity,
  ),
  sql: '%',
};
const quantifiers: readonly [string, number, number][] = [
  ['*', 0, Infinity],
  ['+', 1, Infinity],
  ['?', 0, 1],
  ['{2}', 2, 2],
  ['{1,}', 1, Infinity],
  ['{0,2}', 0, 2],
];

const { similar } = fc.letrec<{ similar: Similar; sequence: Similar; piece: Similar; atom: Similar }>(
  (tie) => ({
    atom: fc.oneof(
      { maxDepth: 1, withCrossShrink: true },
      fc.constantFrom(...similarAtoms, anyText),
      tie('similar').map(({ sql, ends }) => ({ sql: `(${sql})`, ends })),
    ),
    piece: fc
      .tuple(tie('atom'), fc.option(fc.constantFrom(...quantifiers), { nil: undefined }))
      .map(([atom, quantifier]) => (quantifier === undefined ? atom : repeated(atom, ...quantifier))),
    sequence: fc.array(tie('piece'), { minLength: 1, maxLength: 3 }).map((pieces) => ({
      sql: pieces.map(({ sql }) => sql).join(''),
      ends: (text, starts) => pieces.reduce((reached, piece) => piece.ends(text, reached), new Set(starts)),
    })),
    similar: fc.array(tie('sequence'), { minLength: 1, maxLength: 2 }).map((choices) => ({
      sql: choices.map(({ sql }) => sql).join('|'),
      ends: (text, starts) => new Set(choices.flatMap((choice) => [...choice.ends(text, starts)])),
    })),
  }),
);
const similarPatterns: fc.Arbitrary<Pattern> = similar.map(({ sql, ends }) => ({
  pattern: sql,
  matches: (text) => {
    const characters = Array.from(text);
    return ends(characters, new Set([0])).has(characters.length);
  },
}));

const comparisons: Record<string, (difference: number) => boolean> = {
  eq: (difference) => difference === 0,
  ne: (difference) => difference !== 0,
  gt: (difference) => difference > 0,
  lt: (difference) => difference < 0,
  ge: (difference) => difference >= 0,
  le: (difference) => difference <= 0,
};

function ifPresent(field: Field, test: (value: string) => boolean): ModelFilter['matches'] {
  return (fact, timeZone) => {
    const value = valueOf(field, fact, timeZone);
    return value !== null && test(value);
  };
}

function conditionsOn(field: Field): fc.Arbitrary<ModelFilter> {
  const value = valuesFor(field);
  const compared = fc
    .tuple(
      fc
        .constantFrom(...Object.keys(comparisons))
        .chain((operator) => fc.tuple(fc.constant(operator), anyCase(operator))),
      gap,
      value,
    )
    .map(([[operator, written], space, right]) => ({
      text: `${field}${space}${written} ${right.written}`,
      matches: ifPresent(
        field,
        (left) => comparisons[operator]?.(compare(field, left, right.value)) ?? false,
      ),
    }));
  const listed = fc
    .tuple(
      anyCase('in'),
      anyCase('notin'),
      fc.boolean(),
      fc.boolean(),
      fc.array(value, { minLength: 1, maxLength: 4 }),
    )
    .map(([isIn, isNotIn, negated, bracketed, values]) => {
      const list = values.map(({ written }) => written).join(',');
      return {
        text: `${field} ${negated ? isNotIn : isIn} ${bracketed ? `( ${list} )` : list}`,
        matches: ifPresent(
          field,
          (left) => values.some((right) => compare(field, left, right.value) === 0) !== negated,
        ),
      };
    });
  const matched = fc
    .tuple(
      fc
        .oneof(
          likePatterns.map((pattern) => ['like', pattern] as const),
          similarPatterns.map((pattern) => ['similar to', pattern] as const),
        )
        .chain(([keyword, pattern]) => fc.tuple(anyCase(keyword), fc.constant(pattern))),
      anyCase('not'),
      fc.boolean(),
    )
    .map(([[keyword, { pattern, matches }], not, negated]) => ({
      text: `${field} ${negated ? `${not} ` : ''}${keyword} ${inQuotes(pattern)}`,
      matches: ifPresent(field, (left) => matches(textOf(field, left)) !== negated),
    }));
  const missing = fc
    .tuple(anyCase('is null'), anyCase('isnot null'), fc.boolean())
    .map(([isNull, isNotNull, negated]): ModelFilter => ({
      text: `${field} ${negated ? isNotNull : isNull}`,
      matches: (fact, timeZone) => (valueOf(field, fact, timeZone) === null) !== negated,
    }));
  return fc.oneof(compared, listed, matched, missing);
}

/** Generates brackets where precedence needs them, and sometimes superfluous ones. */
export const modelFilters: fc.Arbitrary<ModelFilter> = fc.letrec<{
  any: ModelFilter;
  all: ModelFilter;
  part: ModelFilter;
}>((tie) => ({
  part: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constantFrom(...(Object.keys(fields) as Field[])).chain(conditionsOn),
    tie('any').map(({ text, matches }) => ({ text: `(${text})`, matches })),
  ),
  all: fc
    .tuple(fc.array(tie('part'), { minLength: 1, maxLength: 2 }), anyCase('and'))
    .map(([parts, and]) => ({
      text: parts.map(({ text }) => text).join(` ${and} `),
      matches: (fact, timeZone) => parts.every(({ matches }) => matches(fact, timeZone)),
    })),
  any: fc.tuple(fc.array(tie('all'), { minLength: 1, maxLength: 2 }), anyCase('or')).map(([parts, or]) => ({
    text: parts.map(({ text }) => text).join(` ${or} `),
    matches: (fact, timeZone) => parts.some(({ matches }) => matches(fact, timeZone)),
  })),
})).any;
