import { repeatedMessage, repeatedNames } from '@hourglass/contract';
import { didYouMean, quoted } from '@hourglass/contract/messages';
import type { Fault } from '../plan/plan.ts';
import {
  comparisonOperators,
  listOperators,
  orderKeys,
  type OrderCondition,
  type OrderKey,
  type OrderValue,
} from './order-conditions.ts';
import { readOrderText, readOrderValue } from './order-value.ts';

/**
 * Base64 characters: enough for the maximum number of values, if they are order numbers of 30
 * characters.
 */
export const maxWheresLength = 262_144;
export const maxConditions = 50;
export const maxListedValues = 5_000;

/** Conditions, or all faults. */
export type ParsedWheres =
  | { readonly ok: true; readonly conditions: readonly OrderCondition[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

type Operator = OrderCondition['operator'];
type Report = (member: string, message: string) => void;

const operators: readonly Operator[] = [...comparisonOperators, 'like', ...listOperators];
const keys = Object.keys(orderKeys);
const members: readonly string[] = ['k', 'o', 'v'];
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Parses the parameter `wheres`: base64 of a JSON array of `{"k": key, "o": operator, "v": value}`.
 */
export function parseWheres(text: string): ParsedWheres {
  const read = readItems(text);
  if (typeof read === 'string') return { ok: false, faults: [{ field: 'wheres', message: read }] };
  const { json, items } = read;
  const faults: Fault[] = repeatedNames(json, maxConditions).map((path) => ({
    field: `wheres${path}`,
    message: repeatedMessage,
  }));
  const conditions = items.flatMap((item, index) => {
    const report: Report = (member, message) => faults.push({ field: `wheres[${index}]${member}`, message });
    return readCondition(item, report) ?? [];
  });
  return faults.length > 0 ? { ok: false, faults } : { ok: true, conditions };
}

/** Returns the array with its JSON, or the fault of the text. */
function readItems(text: string): { readonly json: string; readonly items: readonly unknown[] } | string {
  if (text.length > maxWheresLength) {
    return `it has ${text.length} characters; expected at most ${maxWheresLength}`;
  }
  if (!base64.test(text)) return 'it is not base64; expected the standard alphabet, padded with "="';
  let json: string;
  let items: unknown;
  try {
    json = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64'));
    items = JSON.parse(json);
  } catch {
    return 'it is not base64 of JSON in UTF-8; expected an array of conditions';
  }
  if (!Array.isArray(items))
    return 'it is JSON but not an array; expected [{"k": key, "o": operator, "v": value}, …]';
  if (items.length > maxConditions) {
    return `it has ${items.length} conditions; expected at most ${maxConditions}`;
  }
  return { json, items };
}

/** Returns undefined if the item was faulty and reported. */
function readCondition(item: unknown, report: Report): OrderCondition | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    report('', 'expected an object {"k": key, "o": operator, "v": value}');
    return undefined;
  }
  for (const name of Object.keys(item)) {
    if (!members.includes(name)) report('', `unknown member ${quoted(name)}; expected k, o and v`);
  }
  const { k, o, v }: { k?: unknown; o?: unknown; v?: unknown } = item;
  const key = readName(keys, k, (message) => report('.k', message)) as OrderKey | undefined;
  const operator = readName(operators, o, (message) => report('.o', message));
  if (key === undefined || operator === undefined) return undefined;
  return readConditionValue(key, operator, v, report);
}

function readName<Name extends string>(
  names: readonly Name[],
  found: unknown,
  report: (message: string) => void,
): Name | undefined {
  const name = names.find((candidate) => candidate === found);
  if (name !== undefined) return name;
  const expected = `expected one of ${names.join(', ')}`;
  if (typeof found === 'string')
    report(`${quoted(found)} is unknown; ${expected}${didYouMean(found, names)}`);
  else report(expected);
  return undefined;
}

function readConditionValue(
  key: OrderKey,
  operator: Operator,
  v: unknown,
  report: Report,
): OrderCondition | undefined {
  switch (operator) {
    case 'like': {
      const pattern = readPattern(key, v, report);
      return pattern === undefined ? undefined : { operator, key, pattern };
    }
    case 'in':
    case 'ni': {
      const values = readList(key, v, report);
      return values === undefined ? undefined : { operator, key, values };
    }
    case 'eq':
    case 'ne':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte': {
      const value = readValue(key, v, (message) => report('.v', message));
      return value === undefined ? undefined : { operator, key, value };
    }
    default:
      return operator satisfies never;
  }
}

function readPattern(key: OrderKey, v: unknown, report: Report): string | undefined {
  if (orderKeys[key] === 'integer') {
    report('.o', `"like" cannot compare ${key}, which is a number; expected another operator`);
    return undefined;
  }
  const read = readOrderText(v);
  if (!read.ok) report('.v', read.message);
  else if (/(?<!\\)(?:\\\\)*\\$/.test(read.value)) {
    report('.v', 'it ends in a backslash; expected a character after it');
  } else return read.value;
  return undefined;
}

function readList(key: OrderKey, v: unknown, report: Report): readonly OrderValue[] | undefined {
  if (!Array.isArray(v) || v.length < 1 || v.length > maxListedValues) {
    const found = Array.isArray(v) ? `found ${v.length} values; ` : '';
    report('.v', `${found}expected an array of 1 to ${maxListedValues} values`);
    return undefined;
  }
  const values = v.flatMap((value: unknown, index) => {
    return readValue(key, value, (message) => report(`.v[${index}]`, message)) ?? [];
  });
  return values.length === v.length ? values : undefined;
}

function readValue(key: OrderKey, v: unknown, report: (message: string) => void): OrderValue | undefined {
  const read = readOrderValue(orderKeys[key], v);
  if (read.ok) return read.value;
  report(read.message);
  return undefined;
}
