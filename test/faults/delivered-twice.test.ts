import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printFigure } from '@hourglass/testing';
import { createDoorbell } from '@hourglass/job-queue';
import { fullOrShort, patienceMs } from './fault-run.ts';
import { resultsOf, startFaultSystem, submitMany, untilAllEnded, type FaultSystem } from './fault-system.ts';

const queries = fullOrShort(200, 20);

describe('a job that reaches two workers at once', () => {
  let system: FaultSystem;
  beforeAll(async () => {
    system = await startFaultSystem();
  });
  afterAll(() => system.stop());

  test(
    'causes one attempt and one result',
    async () => {
      const ids = await submitMany(system.client, queries);
      const doorbell = createDoorbell({ redisUrl: system.env['REDIS_URL'] ?? '' });
      for (const id of ids) for (const _ of [1, 2]) await doorbell.wake(id);
      const workers = [system.startWorker(), system.startWorker()];
      await untilAllEnded(system);
      await doorbell.close();
      await Promise.all(workers.map((worker) => worker.stop()));
      const results = await resultsOf(system, ids);
      printFigure('delivered to two workers', { queries, ...results });
      expect(results).toEqual({ lost: 0, failed: 0, doubled: 0, valid: queries, attempts: 1 });
    },
    patienceMs,
  );
});
