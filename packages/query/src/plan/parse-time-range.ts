import { didYouMean, quoted } from '@hourglass/contract/messages';
import type { ReportFault, TimeRange } from './plan.ts';
import { readMoment } from './read-moment.ts';
import type { QueryRequest } from './request.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Lengths of the relative ranges by name. They end at the time of submission. */
const relativeRanges: ReadonlyMap<string, number> = new Map([
  ['last60minutes', 60 * minuteMs],
  ['last24hours', dayMs],
  ['last7days', 7 * dayMs],
]);

/** The names for messages. */
export const relativeRangeNames = [...relativeRanges.keys()].join(', ');

/** Returns null if no relative range has this name. */
export function relativeRange(name: string, nowMs: number): TimeRange | null {
  const lengthMs = relativeRanges.get(name);
  return lengthMs === undefined ? null : { startMs: nowMs - lengthMs, endExclusiveMs: nowMs };
}

/** The contract's maximum length of a range. */
const maxRangeDays = 365;

/** Returns null if the range was faulty and reported. */
export function parseTimeRange(
  requested: QueryRequest['timeRange'],
  nowMs: number,
  report: ReportFault,
): TimeRange | null {
  if (typeof requested === 'string') {
    const range = relativeRange(requested, nowMs);
    if (range === null) {
      report(
        'timeRange',
        `${quoted(requested)} is not a time range; expected ${relativeRangeNames}, or an object with start and end${didYouMean(requested, [...relativeRanges.keys()])}`,
      );
    }
    return range;
  }
  const startMs = parseMoment('timeRange.start', requested.start, report);
  const endExclusiveMs = parseMoment('timeRange.end', requested.end, report);
  if (startMs === null || endExclusiveMs === null) return null;
  const range = { startMs, endExclusiveMs };
  const fault = faultOfRange(range);
  if (fault !== null) report('timeRange', fault);
  return fault === null ? range : null;
}

function parseMoment(field: string, text: string, report: ReportFault): number | null {
  const moment = readMoment(text);
  if (moment.ok) return moment.ms;
  report(field, moment.message);
  return null;
}

/** Returns the fault of a requested range, or null. */
export function faultOfRange({ startMs, endExclusiveMs }: TimeRange): string | null {
  const lengthMs = endExclusiveMs - startMs;
  if (lengthMs === 0)
    return 'the range is empty: start and end are the same; expected an end after the start';
  if (lengthMs < 0) return 'the range is reversed: end is before start; expected an end after the start';
  if (lengthMs <= maxRangeDays * dayMs) return null;
  const days = (lengthMs / dayMs).toFixed(1);
  return `the range is ${days} days long; expected at most ${maxRangeDays} days`;
}
