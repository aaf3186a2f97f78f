import { didYouMean, quoted } from '@hourglass/contract/messages';
import { maxUtcOffsetMinutes, type ReportFault, type TimeUnit } from './plan.ts';

/** Returns null if no time unit is requested, or if it was faulty and reported. */
export function planTimeUnit(
  requested: string | undefined,
  { field, units, report }: { field: string; units: readonly TimeUnit[]; report: ReportFault },
): TimeUnit | null {
  if (requested === undefined) return null;
  const unit = units.find((candidate) => candidate === requested);
  if (unit !== undefined) return unit;
  report(
    field,
    `${quoted(requested)} is not a time unit; expected ${units.join(', ')}${didYouMean(requested, units)}`,
  );
  return null;
}

/** Returns an empty object for UTC, or if the offset was faulty and reported. */
export function planUtcOffset(
  requested: number | undefined,
  report: ReportFault,
): { readonly utcOffsetMinutes?: number } {
  if (requested === undefined || requested === 0) return {};
  if (Number.isInteger(requested) && Math.abs(requested) <= maxUtcOffsetMinutes) {
    return { utcOffsetMinutes: requested };
  }
  const bounds = `${-maxUtcOffsetMinutes} to ${maxUtcOffsetMinutes}`;
  report('tzo', `${requested} is not an offset from UTC; expected whole minutes from ${bounds}`);
  return {};
}
