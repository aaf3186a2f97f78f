import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseMerge, type Mergeable } from '../src/index.ts';

const terms = { targetFacts: 1_000_000, minSegments: 4 };
const segmentsOf = (...facts: number[]): Mergeable[] =>
  facts.map((count, index) => ({ id: String(index), facts: count }));
const sizes = fc.array(fc.integer({ min: 1, max: 1_500_000 }), { maxLength: 60 });

describe('segments are merged', () => {
  test('if a size class has enough of them, smallest class and oldest segments first', () => {
    const chosen = chooseMerge(segmentsOf(200_000, 90, 300_000, 100, 250_000, 50, 220_000, 10), terms);
    expect(chosen?.map(({ facts }) => facts)).toEqual([90, 100, 50, 10]);
  });

  test('only if there are enough and they fit into one segment', () => {
    expect(chooseMerge(segmentsOf(10, 20, 30), terms)).toBe(null);
    expect(chooseMerge(segmentsOf(600_000, 600_000, 600_000, 600_000), terms)).toBe(null);
    expect(chooseMerge(segmentsOf(400_000, 400_000, 400_000, 400_000), terms)).toBe(null);
  });

  test('several at a time, never beyond the target', () => {
    fc.assert(
      fc.property(sizes, (facts) => {
        const chosen = chooseMerge(segmentsOf(...facts), terms);
        if (chosen === null) return;
        expect(chosen.length).toBeGreaterThanOrEqual(terms.minSegments);
        expect(chosen.reduce((sum, segment) => sum + segment.facts, 0)).toBeLessThanOrEqual(
          terms.targetFacts,
        );
      }),
    );
  });

  test('until few are left, rewriting each fact only a few times', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 50, maxLength: 400 }),
        (facts) => {
          let segments = facts.map((count, index) => ({ id: String(index), facts: count, writes: 0 }));
          for (;;) {
            const chosen = chooseMerge(segments, terms);
            if (chosen === null) break;
            const merged = {
              id: `${chosen[0]?.id}-`,
              facts: chosen.reduce((sum, segment) => sum + segment.facts, 0),
              writes: 1 + Math.max(...chosen.map(({ writes }) => writes)),
            };
            segments = [...segments.filter((segment) => !chosen.includes(segment)), merged];
          }
          // Size classes end at 10,000, 40,000, 160,000 and 640,000 facts and at the target. Fewer
          // than minSegments are left in each, and of the segments that are at least half full.
          const total = facts.reduce((sum, count) => sum + count, 0);
          expect(segments.length).toBeLessThan(4 * terms.minSegments + (2 * total) / terms.targetFacts + 1);
          expect(Math.max(...segments.map(({ writes }) => writes))).toBeLessThanOrEqual(8);
        },
      ),
    );
  });
});
