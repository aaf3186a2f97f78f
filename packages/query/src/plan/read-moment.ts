import { readIsoTime } from '@hourglass/contract';
import { quoted } from '@hourglass/contract/messages';

export type Moment =
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: false; readonly message: string };

const expected =
  'expected ISO 8601 such as 2026-01-31T13:45:00Z, in the years 0001 to 9999; without a zone it is UTC';

/** Reads a date and a time of day as milliseconds since 1970, UTC. Truncates to milliseconds. */
export function readMoment(text: string): Moment {
  const time = readIsoTime(text);
  if (time?.separator === 'T') return { ok: true, ms: time.ms };
  return { ok: false, message: `${quoted(text)} is not a date and time; ${expected}` };
}
