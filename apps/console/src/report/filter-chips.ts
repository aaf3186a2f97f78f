import type { ReportField } from './fields.ts';
import { filterTokens, type FilterToken } from './filter-tokens.ts';

const comparisons = ['eq', 'ne', 'ge', 'gt', 'le', 'lt'] as const;
const lists = ['in', 'notin'] as const;
const patterns = ['like', 'not like', 'similar to', 'not similar to'] as const;
const nullTests = ['is null', 'isnot null'] as const;
const filterOperators = [...comparisons, ...lists, ...patterns, ...nullTests] as const;
export type FilterOperator = (typeof filterOperators)[number];

/** One condition. A list has any number of values, a comparison one, and a test for a value none. */
export interface FilterChip {
  readonly field: string;
  readonly operator: FilterOperator;
  readonly values: readonly string[];
}

export type OperatorsOf = (type: string) => readonly FilterOperator[];

/** The operators of a field that people need, by its type. */
export function operatorsOf(type: string): readonly FilterOperator[] {
  switch (type) {
    case 'integer':
    case 'float':
      return [...comparisons, ...lists, ...nullTests];
    case 'datetime':
      return ['ge', 'gt', 'le', 'lt', 'eq', 'ne', ...nullTests];
    case 'boolean':
      return ['eq', 'ne', ...nullTests];
    default:
      return ['eq', 'ne', ...lists, ...patterns, ...nullTests];
  }
}

export function takesList(operator: FilterOperator): boolean {
  return operator === 'in' || operator === 'notin';
}

export function takesValue(operator: FilterOperator): boolean {
  return operator !== 'is null' && operator !== 'isnot null';
}

/** Reads a filter of conditions that all hold; null: it has `or`, brackets within it or faults, and is edited as text. */
export function readChips(filter: string): FilterChip[] | null {
  const reader = new ChipReader(withoutBrackets(filterTokens(filter)));
  const chips: FilterChip[] = [];
  if (reader.isAtEnd) return chips;
  do {
    const chip = reader.condition();
    if (chip === null) return null;
    chips.push(chip);
  } while (reader.takeWords('and'));
  return reader.isAtEnd ? chips : null;
}

/** Prints conditions as a filter; an empty text without any. */
export function writeChips(chips: readonly FilterChip[], fields: readonly ReportField[]): string {
  const types = new Map(fields.map(({ name, type }) => [name, type]));
  return chips.map((chip) => printChip(chip, types.get(chip.field) ?? 'string')).join(' and ');
}

function printChip({ field, operator, values }: FilterChip, type: string): string {
  const isPattern = patterns.some((pattern) => pattern === operator);
  const printed = values.map((value) => printValue(value, isPattern ? 'string' : type));
  return [field, operator, ...(takesValue(operator) ? [printed.join(',')] : [])].join(' ');
}

/** Numbers in quotes are numbers, too, so that a wrong one gets the message of the API for its type. */
function printValue(value: string, type: string): string {
  const isBare = (type === 'integer' || type === 'float') && /^-?\d+(\.\d+)?$/.test(value);
  return isBare ? value : `'${value.replaceAll("'", "''")}'`;
}

/** Apigee's consoles put the whole filter in brackets. */
function withoutBrackets(tokens: readonly FilterToken[]): readonly FilterToken[] {
  const inner = tokens.slice(1, -1);
  // Brackets within, also those of lists, make the outer ones hard to tell from `(a) and (b)`.
  const isPlain = inner.every((token) => !isSign(token, '(') && !isSign(token, ')'));
  return isSign(tokens[0], '(') && isSign(tokens.at(-1), ')') && isPlain ? inner : tokens;
}

function isSign(token: FilterToken | undefined, sign: string): boolean {
  return token?.kind === 'sign' && token.text === sign;
}

class ChipReader {
  readonly #tokens: readonly FilterToken[];
  #at = 0;

  constructor(tokens: readonly FilterToken[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Takes these words, in any letter case, if they come next. */
  takeWords(words: string): boolean {
    const wanted = words.split(' ');
    const next = this.#tokens.slice(this.#at, this.#at + wanted.length);
    const isNext =
      next.length === wanted.length &&
      next.every(({ kind, text }, index) => kind === 'word' && text.toLowerCase() === wanted[index]);
    if (isNext) this.#at += wanted.length;
    return isNext;
  }

  condition(): FilterChip | null {
    const field = this.#take('word');
    if (field === null) return null;
    const operator = this.#operator();
    if (operator === null) return null;
    if (!takesValue(operator)) return { field, operator, values: [] };
    const values = takesList(operator) ? this.#list() : this.#values();
    return values === null ? null : { field, operator, values };
  }

  #operator(): FilterOperator | null {
    if (this.takeWords('is not null')) return 'isnot null';
    if (this.takeWords('not in')) return 'notin';
    return filterOperators.find((operator) => this.takeWords(operator)) ?? null;
  }

  #list(): readonly string[] | null {
    const isBracketed = this.#takeSign('(');
    const values = this.#values();
    if (values === null) return null;
    const all = [...values];
    while (this.#takeSign(',')) {
      const more = this.#values();
      if (more === null) return null;
      all.push(...more);
    }
    return isBracketed && !this.#takeSign(')') ? null : all;
  }

  /** One value. A word is `true` or `false`. */
  #values(): readonly string[] | null {
    const value = this.#take('text') ?? this.#take('number') ?? this.#take('word');
    return value === null ? null : [value];
  }

  #takeSign(sign: string): boolean {
    const isNext = isSign(this.#tokens[this.#at], sign);
    if (isNext) this.#at += 1;
    return isNext;
  }

  #take(wanted: FilterToken['kind']): string | null {
    const token = this.#tokens[this.#at];
    if (token?.kind !== wanted) return null;
    this.#at += 1;
    return token.text;
  }
}
