import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bindPlan, catalogue, estimateGroups, queryTimeUnits, type TimeUnit } from '../src/index.ts';
import { countBuckets } from '../src/plan/count-buckets.ts';
import { examplePlan } from './facts-relation.ts';

const hourMs = 3_600_000;
const range = { startMs: Date.UTC(2026, 2, 1), endExclusiveMs: Date.UTC(2026, 2, 3) };

/** Returns the start of the bucket by calendar arithmetic. */
function bucketStart(ms: number, unit: TimeUnit): string {
  const date = new Date(ms);
  const shown = date.toISOString();
  if (unit === 'week') {
    date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
    return date.toISOString().slice(0, 10);
  }
  const length = { second: 19, minute: 16, hour: 13, day: 10, month: 7 }[unit as 'second'];
  return shown.slice(0, length);
}

test('countBuckets agrees with the calendar at every offset from UTC', () => {
  const unit = fc.constantFrom(...queryTimeUnits);
  const offset = fc.integer({ min: -840, max: 840 });
  const start = fc.date({ min: new Date('1960-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(
      unit,
      offset,
      start,
      fc.integer({ min: 1, max: 400 }),
      (timeUnit, utcOffsetMinutes, from, steps) => {
        // A step shorter than a bucket visits every bucket.
        const stepMs = { second: 900, minute: 59_000 }[timeUnit as 'second'] ?? 59 * 60_000;
        const times = Array.from({ length: steps }, (_, index) => from.getTime() + index * stepMs);
        const expected = new Set(times.map((ms) => bucketStart(ms + utcOffsetMinutes * 60_000, timeUnit)));
        const endExclusiveMs = (times.at(-1) ?? 0) + 1;
        expect(
          countBuckets({ startMs: from.getTime(), endExclusiveMs }, { timeUnit, utcOffsetMinutes }),
        ).toBe(expected.size);
      },
    ),
  );
});

test('the estimate multiplies buckets and values of known dimensions, and never exceeds the facts', () => {
  const groups = (dimensions: string[], timeUnit: TimeUnit | null, facts: number) =>
    estimateGroups(bindPlan(examplePlan({ dimensions, timeUnit, range }), catalogue), {
      facts,
      earlier: null,
    });
  expect(groups([], null, 500)).toBe(1);
  expect(groups([], 'hour', 500)).toBe(48);
  expect(groups(['ax_hour_of_day', 'organization'], null, 500)).toBe(24);
  expect(groups(['ax_day_of_week'], 'day', 10)).toBe(10);
  expect(groups([], 'hour', 0)).toBe(0);
});

test('a dimension with values from clients has no estimate without an earlier report', () => {
  const plan = examplePlan({ dimensions: ['apiproxy'], timeUnit: 'hour', range });
  expect(estimateGroups(bindPlan(plan, catalogue), { facts: 500, earlier: null })).toBeNull();
  const earlier = {
    rows: 30,
    range: { startMs: range.startMs, endExclusiveMs: range.startMs + 10 * hourMs },
  };
  expect(estimateGroups(bindPlan(plan, catalogue), { facts: 500, earlier })).toBe((30 * 48) / 10);
  expect(estimateGroups(bindPlan(plan, catalogue), { facts: 50, earlier })).toBe(50);
});
