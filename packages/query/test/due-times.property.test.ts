import fc from 'fast-check';
import { expect, test } from 'vitest';
import { suiteSize } from '@hourglass/testing';
import { dueTimesOf } from '../src/index.ts';

/** Days on which clocks change, and one of a zone without changes. */
const days: readonly (readonly [zone: string, day: string])[] = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  // Half an hour.
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Australia/Lord_Howe', '2026-04-05'],
  // At midnight.
  ['Africa/Cairo', '2026-04-24'],
  ['Africa/Cairo', '2026-10-30'],
  ['America/Santiago', '2026-09-06'],
  ['Asia/Beirut', '2026-03-29'],
  // At a quarter to an hour.
  ['Pacific/Chatham', '2026-09-27'],
  ['Pacific/Chatham', '2026-04-05'],
  ['Africa/Casablanca', '2026-02-15'],
  ['Atlantic/Azores', '2026-10-25'],
  ['Asia/Kolkata', '2026-05-05'],
];

interface Field {
  readonly text: string;
  readonly values: ReadonlySet<number>;
  /** A wildcard or a step. */
  readonly isWild: boolean;
}

const from = (first: number, last: number, step = 1) =>
  new Set(Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step));

function field(last: number): fc.Arbitrary<Field> {
  const value = fc.integer({ min: 0, max: last });
  return fc.oneof(
    fc.constant({ text: '*', values: from(0, last), isWild: true }),
    fc
      .integer({ min: 2, max: last })
      .map((step) => ({ text: `*/${step}`, values: from(0, last, step), isWild: true })),
    fc.tuple(value, value).map(([one, other]) => {
      const [first, end] = [Math.min(one, other), Math.max(one, other)];
      return { text: `${first}-${end}`, values: from(first, end), isWild: false };
    }),
    fc
      .uniqueArray(value, { minLength: 1, maxLength: 4 })
      .map((list) => ({ text: list.join(','), values: new Set(list), isWild: false })),
  );
}

/** Hours around the changes of clocks. */
const hours = fc.oneof(
  field(23),
  fc
    .subarray([0, 1, 2, 3], { minLength: 1 })
    .map((list) => ({ text: list.join(','), values: new Set(list), isWild: false })),
);

const minuteMs = 60_000;

function localMinutes(timeZone: string): (ms: number) => number {
  const parts = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  } as const;
  const format = new Intl.DateTimeFormat('sv-SE', { ...parts, timeZone, hourCycle: 'h23' });
  return (ms) => Date.parse(`${format.format(ms).replace(' ', 'T')}:00Z`);
}

/** Looks at every minute of the clock. */
function scan(
  minute: Field,
  hour: Field,
  timeZone: string,
  { startMs, endMs }: { startMs: number; endMs: number },
) {
  const localAt = localMinutes(timeZone);
  const matches = (local: number) => {
    const date = new Date(local);
    return minute.values.has(date.getUTCMinutes()) && hour.values.has(date.getUTCHours());
  };
  const isFixed = !minute.isWild && !hour.isWild;
  const due: number[] = [];
  let latest = localAt(startMs);
  for (let ms = startMs + minuteMs; ms < endMs; ms += minuteMs) {
    const local = localAt(ms);
    const skipped = Array.from({ length: Math.max(0, (local - latest) / minuteMs - 1) }, (_, index) =>
      matches(latest + (index + 1) * minuteMs),
    );
    if (isFixed ? local > latest && (matches(local) || skipped.includes(true)) : matches(local)) due.push(ms);
    latest = Math.max(latest, local);
  }
  return due;
}

test('due times are those that a look at every minute of the clock finds', () => {
  fc.assert(
    fc.property(fc.constantFrom(...days), field(59), hours, ([timeZone, day], minute, hour) => {
      const [startMs, endMs] = [Date.parse(day) - 12 * 3_600_000, Date.parse(day) + 36 * 3_600_000];
      const dueTimes = dueTimesOf({ cron: `${minute.text} ${hour.text} * * *`, timeZone });
      const found: number[] = [];
      for (let ms = dueTimes.after(startMs); ms !== null && ms < endMs; ms = dueTimes.after(ms))
        found.push(ms);
      expect(found).toEqual(scan(minute, hour, timeZone, { startMs, endMs }));
    }),
    { numRuns: suiteSize({ short: 30, full: 600 }) },
  );
}, 300_000);
