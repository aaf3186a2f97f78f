import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketingOf, bucketRange, needsSlices, queryTimeUnits, type Plan } from '@hourglass/query';
import { createTimeSlices } from '../src/time-slices.ts';
import { planOf } from './hot-facts-file.ts';

const minuteMs = 60_000;
const evenly = (facts: number, firstMs: number, lastMs: number) => [{ facts, firstMs, lastMs }];

/** Clocks are set forward by half an hour, and back past midnight. */
const changing = {
  name: 'Test/Changing',
  offsets: [
    { fromMs: 0, offsetSeconds: 37_800 },
    { fromMs: 900_000_000, offsetSeconds: 39_600 },
    { fromMs: 1_688_460_000, offsetSeconds: 36_000 },
  ],
};

test('slices are contiguous, end at bucket ends and cover the whole range', () => {
  const segment = fc
    .record({ facts: fc.integer({ min: 1, max: 1e6 }), firstMs: fc.nat(1e9), lengthMs: fc.nat(1e9) })
    .map(({ facts, firstMs, lengthMs }) => ({ facts, firstMs, lastMs: firstMs + lengthMs }));
  fc.assert(
    fc.property(
      fc.array(segment, { maxLength: 4 }),
      fc.constantFrom(...queryTimeUnits),
      fc.integer({ min: 10_000, max: 1e6 }),
      fc.array(fc.nat(2e6), { minLength: 1 }),
      fc.nat(1e9),
      fc.constantFrom<Partial<Plan>>({ utcOffsetMinutes: 330 }, { timeZone: changing }),
      (segments, unit, sliceFacts, rows, startMs, zone) => {
        // A slice has at least one bucket, so there are at most as many slices as buckets.
        const range = { startMs, endExclusiveMs: startMs + 2_000_000_123 };
        const timeUnit = unit === 'second' ? 'minute' : unit;
        const plan = planOf({ range, timeUnit, ...zone });
        const slices = createTimeSlices(plan, segments, sliceFacts);
        let endMs = range.startMs;
        for (let part = 0; slices.remaining !== null; part += 1) {
          const slice = slices.next().plan.range;
          expect(slice.startMs).toBe(endMs);
          expect(slice.endExclusiveMs).toBeGreaterThan(endMs);
          endMs = slice.endExclusiveMs;
          const bucketing = bucketingOf(plan);
          if (endMs !== range.endExclusiveMs && bucketing !== null)
            expect(bucketRange(endMs, bucketing).startMs).toBe(endMs);
          slices.recordWritten(rows[part % rows.length] ?? 0);
        }
        expect(endMs).toBe(range.endExclusiveMs);
      },
    ),
    { numRuns: 60 },
  );
});

test('the first slice has the requested number of facts, later slices that number of rows', () => {
  const range = { startMs: 0, endExclusiveMs: 6_000 * minuteMs };
  const slices = createTimeSlices(
    planOf({ range, timeUnit: 'minute' }),
    evenly(6_000_000, 0, range.endExclusiveMs - 1),
    100_000,
  );
  const lengths: number[] = [];
  for (const rows of [50_000, 200_000, 10, 100_000]) {
    const { startMs, endExclusiveMs } = slices.next().plan.range;
    lengths.push((endExclusiveMs - startMs) / minuteMs);
    slices.recordWritten(rows);
  }
  // At 1,000 facts a minute, the slices have half of the requested rows, twice as many, and hardly any.
  expect(lengths).toEqual([100, 200, 100, 800]);
});

test('a slice that took longer than two seconds is followed by a shorter one', () => {
  const range = { startMs: 0, endExclusiveMs: 6_000 * minuteMs };
  const slices = createTimeSlices(
    planOf({ range, timeUnit: 'minute' }),
    evenly(6_000_000, 0, range.endExclusiveMs - 1),
    100_000,
  );
  const lengths: number[] = [];
  // Few rows, so that only the time bounds the slices.
  for (const tookMs of [500, 4_000, 10, 10]) {
    const { startMs, endExclusiveMs } = slices.next().plan.range;
    lengths.push((endExclusiveMs - startMs) / minuteMs);
    slices.recordWritten(10, tookMs);
  }
  expect(lengths).toEqual([100, 400, 200, 1_600]);
});

test('the next slice has the remaining rows of the limit, and the last one ends the report', () => {
  const range = { startMs: 0, endExclusiveMs: 600 * minuteMs };
  const slices = createTimeSlices(
    planOf({ range, timeUnit: 'hour', limitRows: 1_000 }),
    evenly(600_000, 0, range.endExclusiveMs - 1),
    60_000,
  );
  expect(slices.next().plan).toMatchObject({ limitRows: 1_000, range: { endExclusiveMs: 60 * minuteMs } });
  expect(slices.completedShare(0.5)).toBeCloseTo(0.05);
  slices.recordWritten(400);
  expect(slices.next().plan).toMatchObject({ limitRows: 600, range: { startMs: 60 * minuteMs } });
  slices.recordWritten(600);
  expect(slices.remaining).toBeNull();
});

test('only large reports in the order of buckets need slices', () => {
  const range = { startMs: 0, endExclusiveMs: 60 * minuteMs };
  const isInParts = (changes: Parameters<typeof planOf>[0], facts = 1_000) =>
    needsSlices(
      planOf({ range, timeUnit: 'minute', ...changes }),
      evenly(facts, 0, range.endExclusiveMs - 1),
      400,
    );
  const groups = { sortBy: [0], descending: true, offset: 0, limit: 10, newestFirst: false };
  expect(isInParts({})).toBe(true);
  expect(isInParts({}, 800)).toBe(false);
  expect(isInParts({ timeUnit: null })).toBe(false);
  expect(isInParts({ groups })).toBe(false);
  expect(isInParts({ perFact: { orderedBy: [] } })).toBe(false);
});
