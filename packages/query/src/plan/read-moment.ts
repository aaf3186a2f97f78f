import { z } from 'zod';
import { quoted } from '../messages/quoted.ts';

export type Moment =
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: false; readonly message: string };

const isoDateTime = z.iso.datetime({ offset: true, local: true });

/** PostgreSQL and DuckDB cannot read each other's forms of years before 1 and after 9999. */
const earliestMs = Date.parse('0001-01-01T00:00:00Z');
const latestMs = Date.parse('9999-12-31T23:59:59.999Z');

/** Reads an ISO 8601 date and time as milliseconds since 1970, UTC. Truncates to milliseconds. */
export function readMoment(text: string): Moment {
  if (!isoDateTime.safeParse(text).success) {
    const expected = 'expected ISO 8601 such as 2026-01-31T13:45:00Z; without a zone it is UTC';
    return { ok: false, message: `${quoted(text)} is not a date and time; ${expected}` };
  }
  const hasZone = /(?:Z|[+-]\d{2}:\d{2})$/.test(text);
  const ms = Date.parse(hasZone ? text : `${text}Z`);
  if (ms >= earliestMs && ms <= latestMs) return { ok: true, ms };
  return {
    ok: false,
    message: `${quoted(text)} is out of bounds; expected a time in the years 0001 to 9999`,
  };
}
