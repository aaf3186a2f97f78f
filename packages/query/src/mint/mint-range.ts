import { didYouMean } from '../messages/did-you-mean.ts';
import { quoted } from '../messages/quoted.ts';
import { faultOfRange } from '../plan/parse-time-range.ts';
import type { ReportFault, TimeRange } from '../plan/plan.ts';
import { readMoment } from '../plan/read-moment.ts';
import type { MintCriteria } from './mint-criteria.ts';

const dateForm = 'expected YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, in UTC';
const dateShape = /^(?<day>\d{4}-\d{2}-\d{2})(?: (?<time>\d{2}:\d{2}:\d{2}))?$/;

const months = [
  ...['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'],
  ...['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'],
];
/** Facts are from 1990 on. */
const firstYear = 1990;
const lastYear = 9998;

/**
 * `[fromDate, toDate)`. The billing month alone stands for its whole month; beside dates it must hold them.
 * Null when the period was faulty, and reported.
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
    report('billingMonth', 'fromDate to toDate is not within the month; expected dates of it, or none');
  }
  return null;
}

function refuseSecondPeriod({ prevFromDate, prevToDate }: MintCriteria, report: ReportFault): void {
  const reason = 'only a variance report has a second period; expected one request for each period';
  if (prevFromDate !== undefined) report('prevFromDate', reason);
  if (prevToDate !== undefined) report('prevToDate', reason);
}

function readDate(field: string, text: string | undefined, report: ReportFault): number | null {
  if (text === undefined) {
    report(field, `is required; ${dateForm}`);
    return null;
  }
  const { day, time = '00:00:00' } = dateShape.exec(text)?.groups ?? {};
  const moment = day === undefined ? null : readMoment(`${day}T${time}Z`);
  if (moment?.ok === true) return moment.ms;
  report(field, `${quoted(text)} is not a date; ${dateForm}`);
  return null;
}

/** Null: no month is asked for. Undefined: faulty, and reported. */
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

/** From 0. */
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

function readYear(given: string | number | undefined, report: ReportFault): number | null {
  const year = /^\d{4}$/.test(String(given)) ? Number(given) : 0;
  if (year >= firstYear && year <= lastYear) return year;
  const expected = `expected a year from ${firstYear} to ${lastYear}, as a number or a text`;
  report(
    'billingYear',
    given === undefined
      ? `is required with billingMonth; ${expected}`
      : `${quoted(String(given))} is not a year; ${expected}`,
  );
  return null;
}

function isWithin(range: TimeRange, month: TimeRange): boolean {
  return range.startMs >= month.startMs && range.endExclusiveMs <= month.endExclusiveMs;
}
