import { didYouMean, quoted } from '@hourglass/contract/messages';
import { relativeRange, relativeRangeNames } from '../time/relative-range.ts';
import type { Zone } from '../time/zone.ts';
import type { ReportFault, TimeRange } from './plan.ts';
import { readMoment } from './read-moment.ts';
import type { QueryRequest } from './request.ts';

const dayMs = 24 * 60 * 60_000;

/** The moment and the zone that names of relative ranges refer to. */
export interface RangeContext {
  readonly nowMs: number;
  readonly zone: Zone;
}

/** The contract's maximum length of a range. */
const maxRangeDays = 365;

/** Returns null if the range was faulty and reported. */
export function parseTimeRange(
  requested: QueryRequest['timeRange'],
  { nowMs, zone }: RangeContext,
  report: ReportFault,
): TimeRange | null {
  if (typeof requested === 'string') {
    const range = relativeRange(requested, nowMs, zone);
    if (range === null) {
      report(
        'timeRange',
        `${quoted(requested)} is not a time range; expected ${relativeRangeNames.join(', ')}, or an object with start and end${didYouMean(requested, relativeRangeNames)}`,
      );
    }
    return range;
  }
  return parseRange('timeRange', requested, report);
}

/** Returns null if the range was faulty and reported. */
export function parseRange(
  field: string,
  requested: { readonly start: string; readonly end: string },
  report: ReportFault,
): TimeRange | null {
  const startMs = parseMoment(`${field}.start`, requested.start, report);
  const endExclusiveMs = parseMoment(`${field}.end`, requested.end, report);
  if (startMs === null || endExclusiveMs === null) return null;
  const range = { startMs, endExclusiveMs };
  const fault = faultOfRange(range);
  if (fault !== null) report(field, fault);
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
