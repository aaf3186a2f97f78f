import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseMerge, mergeSpanMs, type Mergeable } from '../src/index.ts';

const dayMs = 86_400_000;
const terms = { targetFacts: 1_000_000, minSegments: 4, spanMs: 10 * dayMs };
const at = (day: number, lastDay = day) => ({ firstMs: day * dayMs, lastMs: lastDay * dayMs });
const segmentsOf = (...facts: number[]): Mergeable[] =>
  facts.map((count, index) => ({ id: String(index), facts: count, ...at(0) }));
const sizes = fc.array(fc.integer({ min: 1, max: 1_500_000 }), { maxLength: 60 });

describe('segments are merged', () => {
  test('if a size class has enough of them, smallest class and oldest segments first', () => {
    const chosen = chooseMerge(segmentsOf(200_000, 90, 300_000, 100, 250_000, 50, 220_000, 10), terms);
    expect(chosen?.map(({ facts }) => facts)).toEqual([90, 100, 50, 10]);
  });

  test('only if there are enough and they fit into one segment', () => {
    expect(chooseMerge(segmentsOf(10, 20, 30), terms)).toBe(null);
    expect(chooseMerge(segmentsOf(600_000, 600_000, 600_000, 600_000), terms)).toBe(null);
    expect(chooseMerge(segmentsOf(400_000, 400_000), terms)).toBe(null);
  });

  test('also a few that fill a segment, so that none stays below half of the target beside others', () => {
    expect(chooseMerge(segmentsOf(400_000, 400_000, 400_000), terms)?.length).toBe(2);
    expect(chooseMerge(segmentsOf(260_000, 260_000, 260_000, 260_000), terms)?.length).toBe(3);
  });

  test('several at a time, never beyond the target', () => {
    fc.assert(
      fc.property(sizes, (facts) => {
        const chosen = chooseMerge(segmentsOf(...facts), terms);
        if (chosen === null) return;
        const total = chosen.reduce((sum, segment) => sum + segment.facts, 0);
        expect(total).toBeLessThanOrEqual(terms.targetFacts);
        if (total * 2 <= terms.targetFacts) expect(chosen.length).toBeGreaterThanOrEqual(terms.minSegments);
        expect(chosen.length).toBeGreaterThan(1);
      }),
    );
  });

  test('until few are left, rewriting each fact only a few times', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 50, maxLength: 400 }),
        (facts) => {
          let segments = facts.map((count, index) => ({
            id: String(index),
            facts: count,
            writes: 0,
            ...at(0),
          }));
          for (;;) {
            const chosen = chooseMerge(segments, terms);
            if (chosen === null) break;
            const merged = {
              id: `${chosen[0]?.id}-`,
              facts: chosen.reduce((sum, segment) => sum + segment.facts, 0),
              writes: 1 + Math.max(...chosen.map(({ writes }) => writes)),
              ...at(0),
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

describe('segments are merged only with those of the same time', () => {
  test('so that facts of last year and of this week stay apart', () => {
    const segments = [400, 0, 399, 1, 398, 2].map((daysAgo, index) => ({
      id: String(index),
      facts: 10,
      ...at(1_000 - daysAgo),
    }));
    expect(chooseMerge(segments, terms)).toBe(null);
    expect(chooseMerge([...segments, { id: 'x', facts: 10, ...at(601) }], terms)?.length).toBe(4);
  });

  test('however often they are merged: two ends that were more than a span apart never share a segment', () => {
    const ranges = fc
      .tuple(fc.integer({ min: 0, max: 2_000 }), fc.nat({ max: 40 }), fc.boolean())
      .map(([first, days, isWide]) => at(first, first + (isWide ? 10 * days : days / 20)));
    fc.assert(
      fc.property(fc.array(ranges, { maxLength: 300 }), fc.integer({ min: 1, max: 60 }), (placed, days) => {
        const spanMs = days * dayMs;
        let segments = placed.map((range, index) => ({
          id: String(index),
          facts: 100,
          ...range,
          sources: [range],
        }));
        for (;;) {
          segments = segments.toSorted((a, b) => a.firstMs - b.firstMs);
          const chosen = chooseMerge(segments, { ...terms, spanMs });
          if (chosen === null) break;
          const merged = {
            id: `${chosen[0]?.id}-`,
            facts: chosen.reduce((sum, { facts }) => sum + facts, 0),
            firstMs: Math.min(...chosen.map(({ firstMs }) => firstMs)),
            lastMs: Math.max(...chosen.map(({ lastMs }) => lastMs)),
            sources: chosen.flatMap(({ sources }) => sources),
          };
          segments = [...segments.filter((segment) => !chosen.includes(segment)), merged];
        }
        for (const { firstMs, lastMs, sources } of segments) {
          for (const source of sources) {
            expect(source.firstMs - firstMs).toBeLessThan(spanMs);
            expect(lastMs - source.lastMs).toBeLessThan(spanMs);
          }
        }
      }),
    );
  });

  test('a span is a twelfth of the retention, at least a day, and a year without one', () => {
    expect([360, 24, 1, null].map((days) => mergeSpanMs(days) / dayMs)).toEqual([30, 2, 1, 366]);
  });
});
