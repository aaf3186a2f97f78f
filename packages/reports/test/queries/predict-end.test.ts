import { describe, expect, test } from 'vitest';
import { endPredictor } from '../../src/queries/predict-end.ts';
import type { PastRun, QueueLoad, QueuePlace } from '../../src/queries/queue-place.ts';

const facts = 1_000_000;

/** Runs that each waited for nothing: submitted, started at once, and ended as long after as `secondsOf` tells. */
const alone = (secondsOf: (index: number) => number): PastRun[] =>
  Array.from({ length: 100 }, (_, index) => {
    const createdAt = -1_000 * (index + 1);
    const seconds = secondsOf(index);
    return { facts, seconds, createdAt, endedAt: createdAt + seconds };
  });
const place: QueuePlace = {
  ...{ ours: 0, others: 0, isRetry: false, hasJoined: false },
  ...{ facts, equalForSeconds: null },
};
const load: QueueLoad = { waiting: [], running: [], past: alone(() => 2) };
const predict = (of: Partial<QueuePlace> = {}, on: Partial<QueueLoad> = {}) =>
  endPredictor({ ...load, ...on })({ ...place, ...of });

describe('the predicted end of a waiting query', () => {
  test('is the time of earlier runs over as many facts, where nothing is before it', () => {
    expect(predict()).toEqual({ p50: 2, p90: 2 });
  });

  test('is later by the queries before it, divided by the slots that are taken', () => {
    const waiting = Array.from({ length: 8 }, () => facts);
    const running = Array.from({ length: 2 }, () => ({ facts, seconds: 0 }));
    const ahead = { ours: 3, others: 5 };
    // Ten before it in two slots, and its own.
    expect(predict(ahead, { waiting, running }).p50).toBe(12);
    expect(predict(ahead, { waiting, running: running.slice(1) }).p50).toBe(20);
    expect(predict({ others: 16 }, { waiting, running }).p50).toBe(20);
  });

  test('is a quarter of its time away for a run that takes longer than predicted', () => {
    expect(predict({ hasJoined: true, equalForSeconds: 40 })).toEqual({ p50: 10, p90: 10 });
    expect(predict({ hasJoined: true, equalForSeconds: 0.5 }).p50).toBe(1.5);
  });

  test('has a p90 as far above the p50 as earlier ends were from their prediction', () => {
    const { p50, p90 } = predict({}, { past: alone((index) => 1 + ((index * 7) % 10)) });
    // Run times of 1 to 10 s.
    expect(p50).toBeGreaterThan(4);
    expect(p50).toBeLessThan(7);
    expect(p90).toBeGreaterThan(8);
    expect(p90).toBeLessThan(11);
  });

  test('follows a machine that becomes slower, with a p90 that covers the change', () => {
    const { p50, p90 } = predict({}, { past: alone((index) => (index < 20 ? 6 : 2)) });
    expect(p50).toBeGreaterThan(2.5);
    expect(p90).toBeGreaterThan(6);
  });

  test('is wide while nothing was measured', () => {
    expect(predict({}, { past: [] })).toEqual({ p50: 1.3, p90: 5.2 });
  });
});
