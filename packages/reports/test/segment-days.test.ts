import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countSegments, dayMs, spreadOverDays, type SegmentSpan, type UsageStore } from '../src/index.ts';

const tenant = { organization: 'acme', environment: 'prod', environmentId: 1 };
const dayOf = (days: number) => Date.UTC(2026, 5, 1) + days * dayMs;
const range = { startMs: dayOf(0), endExclusiveMs: dayOf(30) };
const span = (values: Partial<SegmentSpan> = {}): SegmentSpan => ({
  ...{ dataset: 'api', facts: 100, bytes: 1000, firstMs: dayOf(1), lastMs: dayOf(2) - 1 },
  ...values,
});

describe('segments by day', () => {
  test('belong to the days of their facts, by their share of the time', () => {
    const long = span({ firstMs: dayOf(1) + dayMs / 2, lastMs: dayOf(3) - 1, facts: 300 });
    const other = span({ dataset: 'mint', firstMs: dayOf(2), lastMs: dayOf(2) });
    expect(spreadOverDays([span(), long, other], range)).toEqual([
      { startMs: dayOf(1), dataset: 'api', segments: 2, facts: 200, bytes: 1333 },
      { startMs: dayOf(2), dataset: 'api', segments: 1, facts: 200, bytes: 667 },
      { startMs: dayOf(2), dataset: 'mint', segments: 1, facts: 100, bytes: 1000 },
    ]);
  });

  test('have all facts together, and only those within the range', () => {
    const anySpan = fc
      .tuple(fc.integer({ min: -40 * 24, max: 40 * 24 }), fc.integer({ min: 0, max: 40 * 24 }))
      .map(([hour, hours]) => {
        const firstMs = dayOf(0) + hour * 3_600_000;
        return span({ firstMs, lastMs: firstMs + hours * 3_600_000, facts: 1_000_000 });
      });
    fc.assert(
      fc.property(fc.array(anySpan, { maxLength: 20 }), (spans) => {
        const whole = { startMs: dayOf(-100), endExclusiveMs: dayOf(200) };
        const all = spreadOverDays(spans, whole);
        const sum = all.reduce((total, { facts }) => total + facts, 0);
        // Rounded once a day.
        expect(Math.abs(sum - 1_000_000 * spans.length)).toBeLessThanOrEqual(all.length);
        const inside = all.filter(
          ({ startMs }) => startMs >= range.startMs && startMs < range.endExclusiveMs,
        );
        expect(spreadOverDays(spans, range)).toEqual(inside);
      }),
    );
  });

  const storeOf = (spans: readonly SegmentSpan[], asked: unknown[] = []) =>
    ({
      newestSealedFact: () => Promise.resolve(spans[0] === undefined ? null : new Date(spans[0].lastMs)),
      segments: (_tenant, days, limit) => {
        asked.push(days);
        return Promise.resolve(spans.slice(0, limit));
      },
    }) satisfies Pick<UsageStore, 'newestSealedFact' | 'segments'>;

  test('are counted for 30 days until the newest sealed fact, and otherwise for whole days', async () => {
    const asked: unknown[] = [];
    const store = storeOf([span()], asked);
    await countSegments(store, tenant, { range: null, nowMs: dayOf(20) });
    const within = { startMs: dayOf(3) + 1, endExclusiveMs: dayOf(4) + 1 };
    await countSegments(store, tenant, { range: within, nowMs: dayOf(20) });
    await countSegments(storeOf([], asked), tenant, { range: null, nowMs: dayOf(20) + 5 });
    expect(asked).toEqual([
      { startMs: dayOf(-28), endExclusiveMs: dayOf(2) },
      { startMs: dayOf(3), endExclusiveMs: dayOf(5) },
      { startMs: dayOf(-9), endExclusiveMs: dayOf(21) },
    ]);
  });

  test('beyond the limit are left out, with every day that they may have facts of', async () => {
    const spans = [
      span({ firstMs: dayOf(9), lastMs: dayOf(9) }),
      span({ firstMs: dayOf(2), lastMs: dayOf(8) + 1 }),
      span({ firstMs: dayOf(1), lastMs: dayOf(6) + 1 }),
    ];
    const { days, from, countedFrom } = await countSegments(storeOf(spans), tenant, {
      ...{ range, nowMs: dayOf(20), limit: 2 },
    });
    expect([from, countedFrom]).toEqual([new Date(dayOf(0)), new Date(dayOf(7))]);
    expect(days.map(({ startMs }) => startMs)).toEqual([dayOf(7), dayOf(8), dayOf(9)]);
  });
});
