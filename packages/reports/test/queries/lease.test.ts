import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keepLease, type Lease } from '../../src/queries/lease.ts';
import type { Claim, QueryStore } from '../../src/queries/query-store.ts';
import type { Progress } from '../../src/queries/progress.ts';

const leaseMs = 15_000;
const claim = { id: '9cfc0d85-0f30-46d6-ae6f-318d0cb961bd', attempt: 3 } as Claim;

// The clock is the only thing that is not real here, beside a database that answers as each test needs it.
describe('the lease of an attempt', () => {
  let lease: Lease;
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    lease.end();
    vi.useRealTimers();
  });

  const told = (percent: number): Progress => ({ phase: 'computing', percent, rowsScanned: 7 * percent });

  function hold(renewLease: QueryStore['renewLease']): Lease {
    lease = keepLease(claim, { renewLease } as QueryStore, { leaseMs, heldSinceMs: performance.now() });
    return lease;
  }

  test('is renewed well before it runs out, for as long as it is held', async () => {
    const asked: number[] = [];
    hold(async (id, attempt, ms) => {
      expect([id, attempt, ms]).toEqual([claim.id, claim.attempt, leaseMs]);
      asked.push(performance.now());
      return true;
    });
    await vi.advanceTimersByTimeAsync(10 * leaseMs);
    expect(lease.lost.aborted).toBe(false);
    const gaps = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
    expect(asked.length).toBeGreaterThan(20);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(leaseMs / 3);
  });

  test('is lost at once when the database says that another attempt has it', async () => {
    hold(async () => false);
    await vi.advanceTimersByTimeAsync(leaseMs / 3);
    expect(lease.lost.aborted).toBe(true);
  });

  test('outlives a database that is away for less than a lease', async () => {
    let away = true;
    hold(async () => {
      if (away) throw new Error('away');
      return true;
    });
    await vi.advanceTimersByTimeAsync((2 / 3) * leaseMs - 1);
    away = false;
    await vi.advanceTimersByTimeAsync(10 * leaseMs);
    expect(lease.lost.aborted).toBe(false);
  });

  test.each([
    ['refuses', () => Promise.reject(new Error('away'))],
    ['never answers', () => new Promise<boolean>(() => {})],
  ])('is lost when it must have run out while the database %s', async (_, renewLease) => {
    hold(renewLease);
    await vi.advanceTimersByTimeAsync(leaseMs - 1);
    expect(lease.lost.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(lease.lost.aborted).toBe(true);
  });

  test('carries progress that never falls, and asks for it at most once a second', async () => {
    const sent: Progress[] = [];
    hold(async (_id, _attempt, _ms, progress) => {
      sent.push(progress);
      return true;
    });
    for (const percent of [10, 40, 20, 50, 30]) {
      lease.report(told(percent));
      lease.report(told(percent));
      await vi.advanceTimersByTimeAsync(600);
    }
    expect(sent).toEqual([10, 40, 50].map(told));
  });

  test('shows the newest progress within a second, also when nothing is reported after it', async () => {
    const sent: number[] = [];
    hold(async (_id, _attempt, _ms, { percent }) => {
      sent.push(percent);
      return true;
    });
    for (const percent of [5, 30, 70]) lease.report(told(percent));
    expect(sent).toEqual([5]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual([5, 70]);
  });
});
