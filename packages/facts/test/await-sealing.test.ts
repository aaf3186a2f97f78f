import { expect, test } from 'vitest';
import { awaitSealing, cacheCount } from '../src/index.ts';

const never = new AbortController().signal;
const pace = { maxHotFacts: 100, maxWaitMs: 60_000, pollEveryMs: 1 };

test('a batch waits until enough facts are sealed', async () => {
  const counts = [300, 200, 100, 99, 0];
  await awaitSealing({ ...pace, countHotFacts: () => Promise.resolve(counts.shift() ?? 0) }, never);
  expect(counts).toEqual([0]);
});

test('a batch proceeds after the longest wait even if sealing has stopped', async () => {
  let asked = 0;
  const countHotFacts = () => Promise.resolve(100 + (asked += 1));
  await awaitSealing({ ...pace, maxWaitMs: 20, countHotFacts }, never);
  expect(asked).toBeGreaterThan(1);
});

test('a batch stops waiting when its client disconnects', async () => {
  const gone = new AbortController();
  const countHotFacts = () => {
    gone.abort(new Error('gone'));
    return Promise.resolve(100);
  };
  await expect(awaitSealing({ ...pace, countHotFacts }, gone.signal)).rejects.toThrow('aborted');
});

test('batches that begin together share a count; later ones and those after a failure count again', async () => {
  let nowMs = 1_000;
  const counts = [
    Promise.resolve(1),
    Promise.resolve(2),
    Promise.reject(new Error('away')),
    Promise.resolve(3),
  ];
  const count = cacheCount(() => counts.shift() ?? Promise.resolve(0), {
    maxAgeMs: 100,
    nowMs: () => nowMs,
  });
  expect(await Promise.all([count(), count()])).toEqual([1, 1]);
  nowMs += 100;
  expect(await count()).toBe(1);
  nowMs += 1;
  expect(await count()).toBe(2);
  nowMs += 101;
  await expect(count()).rejects.toThrow('away');
  expect(await count()).toBe(3);
});
