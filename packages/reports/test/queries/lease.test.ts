import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keepLease, type Lease } from '../../src/queries/lease.ts';
import type { Claim, QueryStore } from '../../src/queries/query-store.ts';
import type { Progress } from '../../src/queries/progress.ts';

const leaseMs = 15_000;
const claim = { id: '9cfc0d85-0f30-46d6-ae6f-318d0cb961bd', attempt: 3 } as Claim;

// Only the clock and the database are simulated.
describe('the lease of an attempt', () => {
  let lease: Lease;
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    lease.end();
    vi.useRealTimers();
  });

  const progressAt = (percent: number): Progress => ({
    phase: 'computing',
    percent,
    rowsScanned: 7 * percent,
  });

  function hold(renewLease: QueryStore['renewLease']): Lease {
    lease = keepLease(claim, { renewLease } as QueryStore, { leaseMs, heldSinceMs: performance.now() });
    return lease;
  }

  test('is renewed well before it lapses, for as long as it is held', async () => {
    const renewals: number[] = [];
    hold(async (id, attempt, ms) => {
      expect([id, attempt, ms]).toEqual([claim.id, claim.attempt, leaseMs]);
      renewals.push(performance.now());
      return true;
    });
    await vi.advanceTimersByTimeAsync(10 * leaseMs);
    expect(lease.lost.aborted).toBe(false);
    const gaps = renewals.slice(1).map((at, index) => at - (renewals[index] ?? 0));
    expect(renewals.length).toBeGreaterThan(20);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(leaseMs / 3);
  });

  test('is lost at once when the database reports a newer attempt', async () => {
    hold(async () => false);
    await vi.advanceTimersByTimeAsync(leaseMs / 3);
    expect(lease.lost.aborted).toBe(true);
  });

  test('survives an outage of the database that is shorter than the lease', async () => {
    let down = true;
    hold(async () => {
      if (down) throw new Error('down');
      return true;
    });
    await vi.advanceTimersByTimeAsync((2 / 3) * leaseMs - 1);
    down = false;
    await vi.advanceTimersByTimeAsync(10 * leaseMs);
    expect(lease.lost.aborted).toBe(false);
  });

  test.each([
    ['refuses', () => Promise.reject(new Error('down'))],
    ['never responds', () => new Promise<boolean>(() => {})],
  ])('is lost when it must have lapsed while the database %s', async (_, renewLease) => {
    hold(renewLease);
    await vi.advanceTimersByTimeAsync(leaseMs - 1);
    expect(lease.lost.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(lease.lost.aborted).toBe(true);
  });

  test('sends progress that never decreases, at most once a second', async () => {
    const sent: Progress[] = [];
    hold(async (_id, _attempt, _ms, progress) => {
      sent.push(progress);
      return true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    for (const percent of [10, 40, 20, 50, 30]) {
      lease.report(progressAt(percent));
      lease.report(progressAt(percent));
      await vi.advanceTimersByTimeAsync(600);
    }
    expect(sent).toEqual([10, 40, 50].map(progressAt));
  });

  test('sends no progress in the second after the claim, so that a short report needs no renewal', async () => {
    const sent: number[] = [];
    hold(async (_id, _attempt, _ms, { percent }) => {
      sent.push(percent);
      return true;
    });
    for (const percent of [5, 30]) lease.report(progressAt(percent));
    await vi.advanceTimersByTimeAsync(999);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toEqual([30]);
  });

  test('sends the newest progress within a second, even when nothing more is reported', async () => {
    const sent: number[] = [];
    hold(async (_id, _attempt, _ms, { percent }) => {
      sent.push(percent);
      return true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    for (const percent of [5, 30, 70]) lease.report(progressAt(percent));
    expect(sent).toEqual([5]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual([5, 70]);
  });
});
