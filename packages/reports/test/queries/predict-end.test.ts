import { describe, expect, test } from 'vitest';
import { predictEnd } from '../../src/queries/predict-end.ts';
import type { QueueLoad, QueuePlace, Run } from '../../src/queries/queue-place.ts';

/** A million facts a second, so that a run has 0.3 s and a second for each million. */
const exact: readonly Run[] = Array.from({ length: 20 }, () => ({ facts: 1_000_000, seconds: 1 }));
const place: QueuePlace = {
  ...{ ours: 0, others: 0, isRetry: false, hasJoined: false },
  ...{ facts: 1_000_000, equalForSeconds: null },
};
const load: QueueLoad = { waiting: [], running: [], past: exact };

/** A sequence of numbers that look random. */
function sequence(): () => number {
  let state = 1;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}
const predict = (of: Partial<QueuePlace> = {}, on: Partial<QueueLoad> = {}) =>
  predictEnd({ ...place, ...of }, { ...load, ...on }, sequence());

describe('the predicted end of a waiting query', () => {
  test('is its run time, where recent runs are alike and nothing is before it', () => {
    expect(predict()).toEqual({ p50: 1.1, p90: 1.1 });
    expect(predict({ facts: 10_000_000 }).p50).toBeCloseTo((1 / 1.3) * 10.3 + 0.1, 0);
  });

  test('is later by the queries before it, divided by the slots that are taken', () => {
    const waiting = Array.from({ length: 8 }, () => 1_000_000);
    const running = [
      { facts: 1_000_000, seconds: 0 },
      { facts: 1_000_000, seconds: 0 },
    ];
    const ahead = { ours: 3, others: 5 };
    // Its own run follows one running and four waiting ones in its slot.
    expect(predict(ahead, { waiting, running }).p50).toBeCloseTo(6.5, 0);
    expect(predict(ahead, { waiting, running: running.slice(0, 1) }).p50).toBeCloseTo(10.9, 0);
  });

  test('counts queries beyond the simulated ones by the mean of those', () => {
    const waiting = Array.from({ length: 200 }, () => 1_000_000);
    const [near, far] = [predict({ others: 200 }, { waiting }), predict({ others: 400 }, { waiting })];
    expect(far.p50 / near.p50).toBeCloseTo(2, 1);
  });

  test('is a quarter of its time away for a run that takes longer than predicted', () => {
    const of = { hasJoined: true, equalForSeconds: 40 };
    expect(predict(of)).toEqual({ p50: 10.1, p90: 10.1 });
  });

  test('has a p90 as far above the p50 as recent runs differ from their prediction', () => {
    const past = Array.from({ length: 100 }, (_, index) => ({ facts: 1_000_000, seconds: 1 + (index % 10) }));
    const { p50, p90 } = predict({}, { past });
    expect(p90 / p50).toBeGreaterThan(1.3);
    expect(p90).toBeLessThanOrEqual(10.1 * 1.3);
  });

  test('is wide while no machine was measured', () => {
    const { p50, p90 } = predict({}, { past: [] });
    expect([p50, p90]).toEqual([1.4, 4]);
  });
});
