import { microsecondText, readIsoTime } from '@hourglass/contract';
import { quoted } from '@hourglass/contract/messages';
import type { OrderValue, OrderValueType } from './order-conditions.ts';

/** A value in the form in which it is compared, or its fault. */
export type OrderValueResult =
  | { readonly ok: true; readonly value: OrderValue }
  | { readonly ok: false; readonly message: string };

const maxTextLength = 1_000;
/** NUL and unpaired surrogates: neither PostgreSQL nor an order can contain them. */
const unstorable = /\0|\p{Cs}/u;

export function readOrderValue(type: OrderValueType, value: unknown): OrderValueResult {
  if (type === 'integer') {
    if (Number.isSafeInteger(value)) return { ok: true, value: Number(value) };
    return expected('a whole number between -2^53 and 2^53', value);
  }
  const text = readOrderText(value);
  return type === 'text' || !text.ok ? text : readTime(text.value);
}

export function readOrderText(
  value: unknown,
): { readonly ok: true; readonly value: string } | Extract<OrderValueResult, { ok: false }> {
  if (typeof value !== 'string') return expected('text', value);
  if (value.length > maxTextLength) {
    return {
      ok: false,
      message: `it has ${value.length} characters; expected at most ${maxTextLength}`,
    };
  }
  if (unstorable.test(value)) return expected('text without NUL and unpaired surrogates', value);
  return { ok: true, value };
}

/** Writes a time as orders show it, in UTC with microseconds. A day is its midnight. */
function readTime(text: string): OrderValueResult {
  const time = readIsoTime(text);
  if (time === null || time.fraction.length > 6) {
    return expected(
      'a time in UTC such as "2021-06-18", "2021-06-18 11:44:03" or "2021-06-18 11:44:03.575794"',
      text,
    );
  }
  return { ok: true, value: microsecondText(time).replace('T', ' ') };
}

function expected(description: string, found: unknown): Extract<OrderValueResult, { ok: false }> {
  return { ok: false, message: `found ${shown(found)}; expected ${description}` };
}

/** Describes a JSON value for a message. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return Array.isArray(value) ? 'an array' : 'an object';
}
