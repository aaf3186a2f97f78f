import type { TimeRange, TimeUnit } from '../plan/plan.ts';
import { bucketInZone, type Zone } from './zone.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** A length that ends now, the current calendar unit until now, or the whole unit before it. */
type Relative =
  | { readonly lengthMs: number }
  | { readonly current: TimeUnit }
  | { readonly previous: TimeUnit };

const relativeRanges: ReadonlyMap<string, Relative> = new Map<string, Relative>([
  ['last60minutes', { lengthMs: 60 * minuteMs }],
  ['last24hours', { lengthMs: dayMs }],
  ['last7days', { lengthMs: 7 * dayMs }],
  ['today', { current: 'day' }],
  ['yesterday', { previous: 'day' }],
  ['thisWeek', { current: 'week' }],
  ['lastWeek', { previous: 'week' }],
  ['thisMonth', { current: 'month' }],
  ['lastMonth', { previous: 'month' }],
  ['thisQuarter', { current: 'quarter' }],
  ['lastQuarter', { previous: 'quarter' }],
  ['thisYear', { current: 'year' }],
  ['lastYear', { previous: 'year' }],
]);

export const relativeRangeNames: readonly string[] = [...relativeRanges.keys()];

/**
 * Returns null if no relative range has this name. The range of a current unit is empty in the
 * millisecond in which the unit begins.
 */
export function relativeRange(name: string, nowMs: number, zone: Zone): TimeRange | null {
  const relative = relativeRanges.get(name);
  if (relative === undefined) return null;
  if ('lengthMs' in relative) return { startMs: nowMs - relative.lengthMs, endExclusiveMs: nowMs };
  if ('current' in relative) {
    return { startMs: bucketInZone(nowMs, relative.current, zone).startMs, endExclusiveMs: nowMs };
  }
  const { startMs } = bucketInZone(nowMs, relative.previous, zone);
  return bucketInZone(startMs - 1, relative.previous, zone);
}
