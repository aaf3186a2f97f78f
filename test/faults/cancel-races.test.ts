import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, printFigure } from '@hourglass/testing';
import { fullOrShort, patienceMs } from './fault-run.ts';
import { archivesOf, faultQuery, startFaultSystem, sweep, type FaultSystem } from './fault-system.ts';

const races = fullOrShort(1_000, 40);
/** Delays that spread over about the run time of a query. */
const spreads = 20;
const spreadMs = 15;

describe('a cancellation that races with the completion of its query', () => {
  let system: FaultSystem;
  beforeAll(async () => {
    system = await startFaultSystem();
  });
  afterAll(() => system.stop());

  /**
   * Cancels at once, or after a delay from the start of the run, so that the query may just be
   * ending.
   */
  async function race(number: number): Promise<{ accepted: boolean; states: string[] }> {
    const id = await system.client.submit(faultQuery);
    if (number % 3 > 0)
      await eventually('the start of the run', async () =>
        (await system.client.status(id)).state === 'enqueued' ? null : true,
      );
    await delay((number % spreads) * spreadMs);
    const { status } = await system.client.request(`/queries/${id}:cancel`, { method: 'POST' });
    const { state } = await system.client.ended(id);
    return { accepted: status === 200, states: [state, (await system.client.status(id)).state] };
  }

  test(
    'leaves one final state, which matches the response',
    async () => {
      const worker = system.startWorker({ HOURGLASS_WORKER_CONCURRENCY: '4' });
      const outcomes: Awaited<ReturnType<typeof race>>[] = [];
      for (let next = 0; next < races; next += 4) {
        outcomes.push(...(await Promise.all([0, 1, 2, 3].map((offset) => race(next + offset)))));
      }
      await worker.stop();
      const wrong = outcomes.filter(({ accepted, states }) =>
        states.some((state) => state !== (accepted ? 'cancelled' : 'completed')),
      );
      const completed = outcomes.filter(({ accepted }) => !accepted).length;
      printFigure('cancel against finish', {
        races: outcomes.length,
        cancelled: outcomes.length - completed,
        completed,
        'of another state': wrong.length,
      });
      expect(wrong).toEqual([]);
      expect(await sweep(system)).toEqual([]);
      expect(await archivesOf(system)).toHaveLength(completed);
    },
    patienceMs,
  );
});
