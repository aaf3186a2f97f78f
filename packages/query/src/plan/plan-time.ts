import { isTimeZone } from '@hourglass/contract';
import { didYouMean, quoted } from '@hourglass/contract/messages';
import { utc, type Zone } from '../time/zone.ts';
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

/** Reads the zone of a request. Returns UTC if none is requested, or if it was faulty and reported. */
export function planZone(
  { timeZone, tzo }: { readonly timeZone?: string | undefined; readonly tzo?: number | undefined },
  report: ReportFault,
): Zone {
  if (timeZone !== undefined && tzo !== undefined) {
    report('timeZone', 'is given together with tzo; expected one of them');
  }
  if (timeZone !== undefined) return planTimeZone(timeZone, report);
  return tzo === undefined ? utc : planUtcOffset(tzo, report);
}

function planTimeZone(requested: string, report: ReportFault): Zone {
  const known = Intl.supportedValuesOf('timeZone');
  if (isTimeZone(requested)) {
    const name = requested.toLowerCase();
    // Aliases such as Europe/Kiev are not listed and keep their spelling.
    return { name: known.find((candidate) => candidate.toLowerCase() === name) ?? requested };
  }
  report(
    'timeZone',
    `${quoted(requested)} is not a time zone; expected a name of the tz database such as Europe/Berlin, or UTC${didYouMean(requested, known)}`,
  );
  return utc;
}

function planUtcOffset(requested: number, report: ReportFault): Zone {
  if (Number.isInteger(requested) && Math.abs(requested) <= maxUtcOffsetMinutes) {
    return { utcOffsetMinutes: requested };
  }
  const bounds = `${-maxUtcOffsetMinutes} to ${maxUtcOffsetMinutes}`;
  report('tzo', `${requested} is not an offset from UTC; expected whole minutes from ${bounds}`);
  return utc;
}
