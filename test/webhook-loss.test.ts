import { expect, test } from 'vitest';
import { measureLoss } from './webhook-loss.ts';

test('no event is lost or doubled in the log by a receiver that fails 30 % and a worker that is killed', async () => {
  const { lost, surplus, undelivered, requests } = await measureLoss({
    events: 200,
    kills: 1,
    failingShare: 0.3,
  });
  expect({ lost, surplus, undelivered }).toEqual({ lost: 0, surplus: 0, undelivered: 0 });
  // Otherwise nothing failed.
  expect(requests).toBeGreaterThan(220);
}, 300_000);
