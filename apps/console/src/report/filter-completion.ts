import type { ReportField } from './fields.ts';
import { operatorsOf, type FilterOperator } from './filter-chips.ts';
import { filterTokens, type FilterToken } from './filter-tokens.ts';

interface FilterCompletion {
  readonly label: string;
  readonly kind: 'field' | 'operator' | 'value' | 'word';
  /** The description of a field. */
  readonly detail: string | null;
}

export interface FilterCompletions {
  /** Where the word that they replace begins, in UTF-16 units. */
  readonly from: number;
  readonly options: readonly FilterCompletion[];
}

const expectedAfter: Readonly<Record<string, 'start' | 'value' | 'null'>> = {
  ...{ eq: 'value', ne: 'value', gt: 'value', ge: 'value', lt: 'value', le: 'value' },
  ...{ in: 'value', notin: 'value', like: 'value', to: 'value', null: 'null' },
};

/**
 * Returns what may stand at a position of a filter, as far as the words before it tell: a field, an operator of the type
 * of the field, `true` and `false`, or `and` and `or`. Null within texts and numbers.
 */
export function completionsAt(
  filter: string,
  position: number,
  fields: readonly ReportField[],
): FilterCompletions | null {
  const tokens = filterTokens(filter.slice(0, position));
  const last = tokens.at(-1);
  const isTyping = last !== undefined && last.to === position;
  if (isTyping && (last.kind === 'open' || last.kind === 'text' || last.kind === 'number')) return null;
  const isWord = isTyping && last.kind === 'word';
  const before = isWord ? tokens.slice(0, -1) : tokens;
  return { from: isWord ? last.from : position, options: optionsAfter(before, fields) };
}

function optionsAfter(
  before: readonly FilterToken[],
  fields: readonly ReportField[],
): readonly FilterCompletion[] {
  const last = before.at(-1);
  if (
    last === undefined ||
    isWordOf(last, 'and', 'or') ||
    (last.kind === 'sign' && last.text === '(' && !isAfterIn(before))
  )
    return fields.map(({ name, description }) => ({
      label: nameOf(name),
      kind: 'field',
      detail: description || null,
    }));
  if (last.kind === 'word' && isFieldPosition(before)) {
    const type = fields.find(({ name }) => name === last.text)?.type ?? 'string';
    return operatorsOf(type).map((label: FilterOperator) => ({ label, kind: 'operator', detail: null }));
  }
  if (last.kind === 'name')
    return operatorsOf('float').map((label: FilterOperator) => ({ label, kind: 'operator', detail: null }));
  const after = last.kind === 'word' ? expectedAfter[last.text.toLowerCase()] : undefined;
  if (after === 'value') return valuesOf(before, fields);
  if (
    after === 'null' ||
    last.kind === 'text' ||
    last.kind === 'number' ||
    isSign(last, ')') ||
    isWordOf(last, 'true', 'false')
  )
    return ['and', 'or'].map((label) => ({ label, kind: 'word', detail: null }));
  return [];
}

/** A column of a report need not be a word. */
function nameOf(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function isFieldPosition(tokens: readonly FilterToken[]): boolean {
  const previous = tokens.at(-2);
  return previous === undefined || isWordOf(previous, 'and', 'or') || isSign(previous, '(');
}

function isAfterIn(tokens: readonly FilterToken[]): boolean {
  const previous = tokens.at(-2);
  return previous !== undefined && isWordOf(previous, 'in', 'notin');
}

function valuesOf(
  tokens: readonly FilterToken[],
  fields: readonly ReportField[],
): readonly FilterCompletion[] {
  const field = tokens.at(-2)?.text;
  if (fields.find(({ name }) => name === field)?.type !== 'boolean') return [];
  return ['true', 'false'].map((label) => ({ label, kind: 'value', detail: null }));
}

function isWordOf({ kind, text }: FilterToken, ...words: readonly string[]): boolean {
  return kind === 'word' && words.includes(text.toLowerCase());
}

function isSign({ kind, text }: FilterToken, sign: string): boolean {
  return kind === 'sign' && text === sign;
}
