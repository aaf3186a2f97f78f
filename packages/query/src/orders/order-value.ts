import { quoted } from '../messages/quoted.ts';
import type { OrderValue, OrderValueType } from './order-conditions.ts';

/** A value as it is compared, or what is expected instead of it. */
export type OrderValueResult =
  | { readonly ok: true; readonly value: OrderValue }
  | { readonly ok: false; readonly message: string };

const maxTextLength = 1_000;
/** Neither PostgreSQL nor an order can hold it: NUL, and half of a surrogate pair. */
const unstorable = /\0|\p{Cs}/u;
const timeParts = /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?)?$/;

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
  if (typeof value !== 'string') return expected('a text', value);
  if (value.length > maxTextLength) {
    return {
      ok: false,
      message: `it has ${value.length} characters; expected at most ${maxTextLength}`,
    };
  }
  if (unstorable.test(value)) return expected('a text without NUL and half characters', value);
  return { ok: true, value };
}

/** Completes a time to six decimals: a day begins at midnight. */
function readTime(text: string): OrderValueResult {
  const [, day = '', clock = '00:00:00', fraction = ''] = timeParts.exec(text) ?? [];
  const time = new Date(`${day}T${clock}Z`);
  // What is no day of the calendar, like 30 February, is another one for Date. Year 0 is none for PostgreSQL.
  const exists = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(`${day}T${clock}`);
  if (!exists || day.startsWith('0000')) {
    return expected(
      'a time in UTC such as "2021-06-18", "2021-06-18 11:44:03" or "2021-06-18 11:44:03.575794"',
      text,
    );
  }
  return { ok: true, value: `${day} ${clock}.${fraction.padEnd(6, '0')}` };
}

function expected(what: string, found: unknown): Extract<OrderValueResult, { ok: false }> {
  return { ok: false, message: `found ${shown(found)}; expected ${what}` };
}

/** A value of JSON, as a message shows it. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return Array.isArray(value) ? 'an array' : 'an object';
}
