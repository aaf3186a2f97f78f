import { comparisonForms } from '@hourglass/contract';
import { didYouMean, quoted } from '@hourglass/contract/messages';
import { parseRange } from './parse-time-range.ts';
import type { Plan, ReportFault, TimeRange } from './plan.ts';
import type { QueryRequest } from './request.ts';
import { monthOf, monthStartMs } from '../time/months.ts';
import { firstInstant, fixedOffset, offsetSpans, spanAt } from '../time/zone-offset.ts';
import { zoneOffsets } from '../time/zone-offsets.ts';
import type { Zone } from '../time/zone.ts';

const dayMs = 24 * 60 * 60_000;
const names = ['previousPeriod', 'previousYear'] as const;

/** Returns the range that metrics are compared with; none without a comparison, or if it was faulty and reported. */
export function planComparison(
  { compareTo, metrics }: Pick<QueryRequest, 'compareTo' | 'metrics'>,
  range: TimeRange | null,
  zone: Zone,
  report: ReportFault,
): Pick<Plan, 'comparedRange'> {
  if (compareTo === undefined) return {};
  if ((metrics ?? []).length === 0)
    report('compareTo', 'there is no metric to compare; expected at least one');
  // A faulty range was reported; any other finds the faults of the comparison.
  const comparedRange = readComparison(compareTo, range ?? { startMs: 0, endExclusiveMs: 1 }, zone, report);
  return comparedRange === null ? {} : { comparedRange };
}

function readComparison(
  requested: NonNullable<QueryRequest['compareTo']>,
  range: TimeRange,
  zone: Zone,
  report: ReportFault,
): TimeRange | null {
  if (typeof requested !== 'string') return parseRange('compareTo', requested, report);
  switch (requested) {
    case 'previousPeriod':
      return movedInZone(range, zone, previousPeriod);
    case 'previousYear':
      return movedInZone(range, zone, (local) => monthsBefore(local, 12));
    default:
      report(
        'compareTo',
        `${quoted(requested)} is not a comparison; ${comparisonForms}${didYouMean(requested, names)}`,
      );
      return null;
  }
}

/** Moves a range in local time, so that a day begins at midnight also where clocks changed between. */
function movedInZone(range: TimeRange, zone: Zone, move: (local: TimeRange) => TimeRange): TimeRange {
  // Longer than any range and a year before it.
  const known = { ...range, startMs: range.startMs - 400 * dayMs };
  const spans = offsetSpans(
    'name' in zone ? zoneOffsets(zone.name, known, null) : fixedOffset(zone.utcOffsetMinutes),
  );
  const localMs = (ms: number) => ms + spanAt(spans, ms).offsetMs;
  const local = move({ startMs: localMs(range.startMs), endExclusiveMs: localMs(range.endExclusiveMs) });
  return {
    startMs: firstInstant(spans, local.startMs),
    endExclusiveMs: firstInstant(spans, local.endExclusiveMs),
  };
}

/** Whole months precede as many whole months, any other range as much time. */
function previousPeriod(local: TimeRange): TimeRange {
  const { startMs, endExclusiveMs } = local;
  if (isMonthStart(startMs) && isMonthStart(endExclusiveMs))
    return monthsBefore(local, monthOf(endExclusiveMs) - monthOf(startMs));
  return moved(local, startMs - endExclusiveMs);
}

function moved({ startMs, endExclusiveMs }: TimeRange, byMs: number): TimeRange {
  return { startMs: startMs + byMs, endExclusiveMs: endExclusiveMs + byMs };
}

function monthsBefore({ startMs, endExclusiveMs }: TimeRange, months: number): TimeRange {
  return { startMs: monthsEarlier(startMs, months), endExclusiveMs: monthsEarlier(endExclusiveMs, months) };
}

/** The last day of a month without this day: 28 February is a year before 29 February. */
function monthsEarlier(ms: number, months: number): number {
  const month = monthOf(ms) - months;
  const daysInMonth = new Date(monthStartMs(month + 1) - 1).getUTCDate();
  return (
    monthStartMs(month) +
    (Math.min(new Date(ms).getUTCDate(), daysInMonth) - 1) * dayMs +
    (ms - Math.floor(ms / dayMs) * dayMs)
  );
}

function isMonthStart(ms: number): boolean {
  return ms === monthStartMs(monthOf(ms));
}
