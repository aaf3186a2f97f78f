import { readIsoTime } from '@hourglass/contract';
import { didYouMean, quoted } from '@hourglass/contract/messages';
import { faultOfRange } from '../plan/parse-time-range.ts';
import type { ReportFault, TimeRange } from '../plan/plan.ts';
import type { MintCriteria } from './mint-criteria.ts';

const dateForm = 'expected YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, in UTC';

const months = [
  ...['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'],
  ...['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'],
];
/** No fact is earlier. */
const firstYear = 1970;
const lastYear = 9998;

/**
 * Plans the range from `fromDate` to `toDate`, exclusive. Without dates the range is the billing
 * month; with dates they must be within it. Returns null if the period was faulty and reported.
 */
export function planMintRange(criteria: MintCriteria, report: ReportFault): TimeRange | null {
  refuseSecondPeriod(criteria, report);
  const month = planMonth(criteria, report);
  if (month === undefined) return null;
  const { fromDate, toDate } = criteria;
  if (month !== null && fromDate === undefined && toDate === undefined) return month;
  const startMs = readDate('fromDate', fromDate, report);
  const endExclusiveMs = readDate('toDate', toDate, report);
  if (startMs === null || endExclusiveMs === null) return null;
  const range = { startMs, endExclusiveMs };
  const fault = faultOfRange(range);
  if (fault !== null) report('toDate', fault);
  else if (month === null || isWithin(range, month)) return range;
  else {
    report('billingMonth', 'fromDate and toDate are outside of the month; expected dates within it, or none');
  }
  return null;
}

function refuseSecondPeriod({ prevFromDate, prevToDate }: MintCriteria, report: ReportFault): void {
  const reason = 'only variance reports have a second period; expected one request for each period';
  if (prevFromDate !== undefined) report('prevFromDate', reason);
  if (prevToDate !== undefined) report('prevToDate', reason);
}

function readDate(field: string, text: string | undefined, report: ReportFault): number | null {
  if (text === undefined) {
    report(field, `is required; ${dateForm}`);
    return null;
  }
  const time = readIsoTime(text);
  if (time !== null) return time.ms;
  report(field, `${quoted(text)} is not a date; ${dateForm}`);
  return null;
}

/** Returns null if no month is requested, and undefined if it was faulty and reported. */
function planMonth(
  { billingMonth, billingYear }: MintCriteria,
  report: ReportFault,
): TimeRange | null | undefined {
  if (billingMonth === undefined && billingYear === undefined) return null;
  const month = readMonth(billingMonth, report);
  const year = readYear(billingYear, report);
  if (month === null || year === null) return undefined;
  return { startMs: Date.UTC(year, month), endExclusiveMs: Date.UTC(year, month + 1) };
}

/** Returns the month, counted from 0. */
function readMonth(text: string | undefined, report: ReportFault): number | null {
  const month = text === undefined ? -1 : months.indexOf(text.toUpperCase());
  if (month !== -1) return month;
  report(
    'billingMonth',
    text === undefined
      ? 'is required with billingYear; expected a month such as JULY'
      : `${quoted(text)} is not a month; expected an English name such as JULY${didYouMean(text.toUpperCase(), months)}`,
  );
  return null;
}

function readYear(value: string | number | undefined, report: ReportFault): number | null {
  const year = /^\d{4}$/.test(String(value)) ? Number(value) : 0;
  if (year >= firstYear && year <= lastYear) return year;
  const expected = `expected a year from ${firstYear} to ${lastYear}, as a number or as text`;
  report(
    'billingYear',
    value === undefined
      ? `is required with billingMonth; ${expected}`
      : `${quoted(String(value))} is not a year; ${expected}`,
  );
  return null;
}

function isWithin(range: TimeRange, month: TimeRange): boolean {
  return range.startMs >= month.startMs && range.endExclusiveMs <= month.endExclusiveMs;
}
