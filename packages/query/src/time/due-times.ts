import { quoted } from '@hourglass/contract/messages';
import { Cron } from 'croner';
import { planZone } from '../plan/plan-time.ts';
import type { ReportFault } from '../plan/plan.ts';

/** The times at which a schedule is due, in milliseconds since 1970. */
export interface DueTimes {
  /** Name in the tz database, in its usual spelling. */
  readonly timeZone: string;
  /** Returns the first due time after `ms`. Null: there is none. */
  after(ms: number): number | null;
}

const fields = 'five fields: minute, hour, day of month, month and day of week';
const example = 'such as 0 6 * * MON';
const maxLength = 256;
/** Neither dates nor `@daily` nor `?`, which the library reads as the present time. */
const field = /^[\dA-Za-z*,/#-]+$/;

/**
 * Reads a cron expression of five fields in a time zone, UTC by default. Minutes are the smallest
 * unit, so due times are at least a minute apart.
 *
 * If minute and hour are numbers, lists or ranges, a local time that clocks skip is due when they
 * are set forward, and one that they show twice is due the first time. With a `*` or a step, every
 * minute that clocks show is due: skipped ones are not, those shown twice are due twice.
 * @returns null if a value was faulty and reported, as one that is never due
 */
export function readDueTimes(
  { cron, timeZone = 'UTC' }: { readonly cron: string; readonly timeZone?: string | undefined },
  nowMs: number,
  report: ReportFault,
): DueTimes | null {
  let isFaulty = false;
  const zone = planZone({ timeZone }, (at, message) => {
    isFaulty = true;
    report(at, message);
  });
  const name = 'name' in zone ? zone.name : 'UTC';
  const expression = readCron(cron, name, report);
  if (expression === null || isFaulty) return null;
  const dueTimes = { timeZone: name, after: (ms: number) => nextAfter(expression, ms) };
  if (dueTimes.after(nowMs) !== null) return dueTimes;
  report('cron', `${quoted(cron)} is never due; expected a date that exists`);
  return null;
}

/** Reads the times of a checked expression. Throws for another one. */
export function dueTimesOf({
  cron,
  timeZone,
}: {
  readonly cron: string;
  readonly timeZone: string;
}): DueTimes {
  const expression = parse(cron, timeZone);
  return { timeZone, after: (ms) => nextAfter(expression, ms) };
}

function readCron(cron: string, timeZone: string, report: ReportFault): Cron | null {
  const parts = cron.split(' ');
  if (cron.length > maxLength) {
    report('cron', `has ${cron.length} characters; expected at most ${maxLength}`);
    return null;
  }
  if (parts.length !== 5 || !parts.every((part) => field.test(part))) {
    report('cron', `${quoted(cron)} is not a cron expression; expected ${fields}, ${example}`);
    return null;
  }
  try {
    return parse(cron, timeZone);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    report('cron', `${quoted(cron)}: ${reason.replace(/\.$/, '')}; expected ${fields}, ${example}`);
    return null;
  }
}

function parse(cron: string, timezone: string): Cron {
  return new Cron(cron, { timezone, mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true });
}

function nextAfter(expression: Cron, ms: number): number | null {
  return expression.nextRun(new Date(ms))?.getTime() ?? null;
}
