import { quoted } from '@hourglass/contract/messages';
import { relativeRange, relativeRangeNames } from '../time/relative-range.ts';
import { faultOfRange, type RangeContext } from './parse-time-range.ts';
import type { ReportFault, TimeRange } from './plan.ts';
import { readMoment } from './read-moment.ts';

/**
 * Years have four digits, so that every bucket up to a millennium begins in a year that can be
 * shown.
 */
const moment =
  /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>[1-9]\d{3}) (?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}))?$/;

const expectedMoment = 'MM/DD/YYYY HH:MM in UTC, such as 01/31/2026 13:45';
const expectedRange = `expected two times of the form ${expectedMoment}, separated by "~", or ${relativeRangeNames.join(', ')}`;

/**
 * Parses `MM/DD/YYYY HH:MM~MM/DD/YYYY HH:MM` or the name of a relative range. Returns null if the
 * range was faulty and reported.
 */
export function parseStatsRange(
  requested: string | undefined,
  { nowMs, zone }: RangeContext,
  report: ReportFault,
): TimeRange | null {
  if (requested === undefined) {
    report('timeRange', `is required; ${expectedRange}`);
    return null;
  }
  const relative = relativeRange(requested, nowMs, zone);
  if (relative !== null) return relative;
  const [start, end, ...more] = requested.split('~');
  if (start === undefined || end === undefined || more.length > 0) {
    report('timeRange', `${quoted(requested)} is not a time range; ${expectedRange}`);
    return null;
  }
  const startMs = parseMoment(start, report);
  const endExclusiveMs = parseMoment(end, report);
  if (startMs === null || endExclusiveMs === null) return null;
  const range = { startMs, endExclusiveMs };
  const fault = faultOfRange(range);
  if (fault !== null) report('timeRange', fault);
  return fault === null ? range : null;
}

function parseMoment(text: string, report: ReportFault): number | null {
  const { year, month, day, hour, minute, second = '00' } = moment.exec(text.trim())?.groups ?? {};
  const date = `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`;
  const read = readMoment(`${date}T${hour?.padStart(2, '0')}:${minute}:${second}Z`);
  if (read.ok) return read.ms;
  report('timeRange', `${quoted(text)} is not a date and time; expected ${expectedMoment}`);
  return null;
}
