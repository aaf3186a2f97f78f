import fc from 'fast-check';
import { dueTimesOf, type DueTimes } from '@hourglass/query';
import { describe, expect, test } from 'vitest';
import { catchUpRules, nextStep, queryIdOf, type DueSchedule } from '../../src/index.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const graceMs = 5 * minuteMs;

function every(periodMs: number): DueTimes {
  return { timeZone: 'UTC', after: (ms) => (Math.floor(ms / periodMs) + 1) * periodMs };
}

/** Takes steps until no due time has passed. */
function handleAll({ dueMs, nowMs, catchUp }: Omit<DueSchedule, 'refusedSinceMs'>, dueTimes: DueTimes) {
  const ran: number[] = [];
  const skipped: { firstMs: number; lastMs: number; count: number }[] = [];
  for (let at: number | null = dueMs; at !== null && at <= nowMs;) {
    const step = nextStep({ catchUp, nowMs, dueMs: at, refusedSinceMs: null }, dueTimes);
    if (step.kind === 'run') ran.push(at);
    else if (step.kind === 'skip') skipped.push({ firstMs: at, lastMs: step.lastMs, count: step.count });
    else throw new Error('gave up without a refusal');
    at = step.nextMs;
  }
  return { ran, skipped };
}

describe('due times that have passed', () => {
  test('are each run or skipped once, in order, by the rule', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...catchUpRules),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 0, max: 3_000 }),
        (catchUp, periodMinutes, lateMinutes) => {
          const dueTimes = every(periodMinutes * minuteMs);
          const dueMs = dueTimes.after(Date.parse('2026-01-01T00:00:00Z')) ?? 0;
          const nowMs = dueMs + lateMinutes * minuteMs + 1_234;
          const passed: number[] = [];
          for (let ms = dueMs; ms <= nowMs; ms += periodMinutes * minuteMs) passed.push(ms);
          const missed = passed.filter((ms) => ms < nowMs - graceMs);
          const kept = { skip: [], latest: missed.slice(-1), all: missed.slice(-1_000) }[catchUp];
          const { ran, skipped } = handleAll({ catchUp, dueMs, nowMs }, dueTimes);
          expect(ran).toEqual([...kept, ...passed.filter((ms) => ms >= nowMs - graceMs)]);
          const dropped = missed.slice(0, missed.length - kept.length);
          expect(skipped.reduce((sum, { count }) => sum + count, 0)).toBe(dropped.length);
          expect(skipped.at(0)?.firstMs).toBe(dropped.at(0));
          expect(skipped.at(-1)?.lastMs).toBe(dropped.at(-1));
        },
      ),
    );
  });

  test('are skipped in several steps if they are many, so that none takes long', () => {
    const dueMs = Date.parse('2026-01-01T00:00:00Z');
    const nowMs = dueMs + 12_000 * minuteMs;
    const { ran, skipped } = handleAll({ catchUp: 'latest', dueMs, nowMs }, every(minuteMs));
    expect(skipped.map(({ count }) => count)).toEqual([5_000, 5_000, 1_994]);
    // The newest missed one, and six within five minutes.
    expect(ran).toHaveLength(7);
  });

  test('are found within a bounded number of looks at the cron', () => {
    let looks = 0;
    const yearly = dueTimesOf({ cron: '0 0 1 1 *', timeZone: 'UTC' });
    const counted: DueTimes = {
      timeZone: 'UTC',
      after: (ms) => {
        looks += 1;
        return yearly.after(ms);
      },
    };
    const dueMs = Date.parse('2016-01-01T00:00:00Z');
    const nowMs = Date.parse('2026-07-01T00:00:00Z');
    for (const catchUp of catchUpRules) handleAll({ catchUp, dueMs, nowMs }, counted);
    expect(looks).toBeLessThan(500);
  });
});

describe('a refused run', () => {
  const refused = { dueMs: 0, refusedSinceMs: 1_000 };
  const daily = every(24 * hourMs);
  const hourly = every(hourMs);

  test('is tried until the next due time', () => {
    for (const catchUp of ['skip', 'latest'] as const) {
      const kind = (nowMs: number) => nextStep({ ...refused, catchUp, nowMs }, hourly).kind;
      expect(kind(hourMs - 1)).toBe('run');
      expect(kind(hourMs)).toBe('giveUp');
    }
  });

  test('is tried for a day if every due time is to run', () => {
    const kind = (nowMs: number) => nextStep({ ...refused, catchUp: 'all', nowMs }, hourly).kind;
    expect(kind(24 * hourMs + 999)).toBe('run');
    expect(kind(24 * hourMs + 1_000)).toBe('giveUp');
  });

  test('is tried for at most a day', () => {
    const weekly = every(7 * 24 * hourMs);
    expect(nextStep({ ...refused, catchUp: 'latest', nowMs: 24 * hourMs + 999 }, weekly).kind).toBe('run');
    expect(nextStep({ ...refused, catchUp: 'latest', nowMs: 24 * hourMs + 1_000 }, weekly).kind).toBe(
      'giveUp',
    );
    expect(nextStep({ ...refused, catchUp: 'latest', nowMs: 24 * hourMs }, daily).nextMs).toBe(24 * hourMs);
  });
});

test('the id of a query follows from schedule and due time', () => {
  const [one, other] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
  const [first, second] = [new Date(0), new Date(minuteMs)];
  expect(queryIdOf(one, first)).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(queryIdOf(one, first)).toBe(queryIdOf(one, new Date(0)));
  expect(new Set([queryIdOf(one, first), queryIdOf(one, second), queryIdOf(other, first)]).size).toBe(3);
});
