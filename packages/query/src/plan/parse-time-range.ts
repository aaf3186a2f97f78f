import { z } from 'zod';
import { quoted } from './describe.ts';
import type { ReportFault, TimeRange } from './plan.ts';
import type { QueryRequest } from './request.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** The ranges that a name stands for. They end at the submission. */
const relativeRanges: ReadonlyMap<string, number> = new Map([
  ['last60minutes', 60 * minuteMs],
  ['last24hours', dayMs],
  ['last7days', 7 * dayMs],
]);

/** The contract's longest range. */
const maxRangeDays = 365;

const isoDateTime = z.iso.datetime({ offset: true, local: true });

/** PostgreSQL and DuckDB write years before 1 and after 9999 in forms that the other does not read. */
const earliestMs = Date.parse('0001-01-01T00:00:00Z');
const latestMs = Date.parse('9999-12-31T23:59:59.999Z');

/** Null when the range was faulty, and reported. Digits beyond milliseconds are cut off. */
export function parseTimeRange(
  requested: QueryRequest['timeRange'],
  nowMs: number,
  report: ReportFault,
): TimeRange | null {
  if (typeof requested === 'string') {
    const lengthMs = relativeRanges.get(requested);
    if (lengthMs !== undefined) return { startMs: nowMs - lengthMs, endExclusiveMs: nowMs };
    const names = [...relativeRanges.keys()].join(', ');
    report(
      'timeRange',
      `${quoted(requested)} is not a time range; expected ${names}, or an object with start and end`,
    );
    return null;
  }
  const startMs = parseMoment('timeRange.start', requested.start, report);
  const endExclusiveMs = parseMoment('timeRange.end', requested.end, report);
  if (startMs === null || endExclusiveMs === null) return null;
  const range = { startMs, endExclusiveMs };
  const fault = faultOf(range);
  if (fault !== null) report('timeRange', fault);
  return fault === null ? range : null;
}

function parseMoment(field: string, text: string, report: ReportFault): number | null {
  if (!isoDateTime.safeParse(text).success) {
    report(
      field,
      `${quoted(text)} is not a date and time; expected ISO 8601 such as 2026-01-31T13:45:00Z, where a missing zone means UTC`,
    );
    return null;
  }
  const hasZone = /(?:Z|[+-]\d{2}:\d{2})$/.test(text);
  const momentMs = Date.parse(hasZone ? text : `${text}Z`);
  if (momentMs >= earliestMs && momentMs <= latestMs) return momentMs;
  report(field, `${quoted(text)} is out of bounds; expected a time in the years 0001 to 9999`);
  return null;
}

function faultOf({ startMs, endExclusiveMs }: TimeRange): string | null {
  const lengthMs = endExclusiveMs - startMs;
  if (lengthMs === 0)
    return 'the range is empty: start and end are the same; expected an end after the start';
  if (lengthMs < 0) return 'the range is reversed: end is before start; expected an end after the start';
  if (lengthMs <= maxRangeDays * dayMs) return null;
  const days = (lengthMs / dayMs).toFixed(1);
  return `the range is ${days} days long; expected at most ${maxRangeDays} days`;
}
