import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bucketingOf, bucketRange, timeUnits, type TimeUnit } from '../src/index.ts';
import { examplePlan, openDuckDB } from './facts-relation.ts';

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
beforeAll(async () => {
  duckdb = await openDuckDB();
});
afterAll(() => duckdb.close());

const range = { startMs: Date.UTC(1900, 0, 1), endExclusiveMs: Date.UTC(2200, 0, 1) };
const dayMs = 86_400_000;

const zones = fc.oneof(fc.constantFrom(0, 330, -480, 840, -840), fc.integer({ min: -840, max: 840 }));

/** Calendar arithmetic on a Date in local time. 1 January 1970 was a Thursday. */
function bucketStartMs(ms: number, unit: TimeUnit): number {
  const date = new Date(ms);
  const dayStart = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  switch (unit) {
    case 'second':
      return new Date(ms).setUTCMilliseconds(0);
    case 'minute':
      return new Date(ms).setUTCSeconds(0, 0);
    case 'hour':
      return new Date(ms).setUTCMinutes(0, 0, 0);
    case 'day':
      return dayStart;
    case 'week':
      return dayStart - ((date.getUTCDay() + 6) % 7) * dayMs;
    case 'month':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
    case 'quarter':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - (date.getUTCMonth() % 3));
    case 'year':
      return yearStartMs(date, 1);
    case 'decade':
      return yearStartMs(date, 10);
    case 'century':
      return yearStartMs(date, 100);
    case 'millennium':
      return yearStartMs(date, 1_000);
    default:
      return unit satisfies never;
  }
}

function yearStartMs(date: Date, years: number): number {
  const year = date.getUTCFullYear();
  return Date.UTC(year - (year % years), 0);
}

function shown(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const moments = fc.array(
  fc.oneof(
    fc.integer({ min: range.startMs, max: range.endExclusiveMs - 1 }),
    // Edges of days, which reveal a dependence on the machine's time zone and rounding.
    fc
      .tuple(fc.integer({ min: -25_000, max: 83_000 }), fc.constantFrom(-1, 0, 1))
      .map(([day, ms]) => day * dayMs + ms),
  ),
  { minLength: 1, maxLength: 40 },
);

test.each(timeUnits)(
  'a fact is in the %s that the calendar of the zone says, shown in UTC, and rows come by time',
  async (unit) => {
    await fc.assert(
      fc.asyncProperty(moments, zones, async (times, utcOffsetMinutes) => {
        const plan = examplePlan({
          range,
          timeUnit: unit,
          utcOffsetMinutes,
          metrics: [{ metric: 'message_count', function: 'sum', alias: 'calls' }],
        });
        const facts = times.map((ms) => ({ timestamp: new Date(ms).toISOString(), message_count: 1 }));
        const countOf = new Map<number, number>();
        for (const ms of times) {
          const offsetMs = utcOffsetMinutes * 60_000;
          const start = bucketStartMs(ms + offsetMs, unit) - offsetMs;
          countOf.set(start, (countOf.get(start) ?? 0) + 1);
        }
        const expected = [...countOf].sort(([left], [right]) => left - right);
        const { rows } = await duckdb.report(plan, facts);
        expect(rows).toEqual(expected.map(([start, count]) => [String(count), shown(start)]));
      }),
      { numRuns: 40 },
    );
  },
);

test.each(timeUnits)(
  'the %s that a moment lies in begins where the calendar of the zone says, and ends where the next begins',
  (unit) => {
    fc.assert(
      fc.property(moments, zones, (times, utcOffsetMinutes) => {
        const bucketing = bucketingOf({ timeUnit: unit, utcOffsetMinutes });
        if (bucketing === null) throw new Error('no time unit');
        const offsetMs = utcOffsetMinutes * 60_000;
        const wrong = times.filter((ms) => {
          const { startMs, endExclusiveMs } = bucketRange(ms, bucketing);
          return !(
            startMs === bucketStartMs(ms + offsetMs, unit) - offsetMs &&
            endExclusiveMs === bucketStartMs(endExclusiveMs + offsetMs, unit) - offsetMs &&
            bucketStartMs(endExclusiveMs - 1 + offsetMs, unit) - offsetMs === startMs &&
            endExclusiveMs > ms
          );
        });
        expect(wrong).toEqual([]);
      }),
    );
  },
);

test('weeks start on Monday, also across years and leap days', () => {
  // Mondays according to a printed calendar.
  expect(shown(bucketStartMs(Date.UTC(2026, 0, 1), 'week'))).toBe('2025-12-29 00:00:00 UTC');
  expect(shown(bucketStartMs(Date.UTC(2024, 2, 3), 'week'))).toBe('2024-02-26 00:00:00 UTC');
});
