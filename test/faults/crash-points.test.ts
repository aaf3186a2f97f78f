import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printFigure } from '@hourglass/testing';
import { queryCrashPoints } from '@hourglass/reports';
import { fullOrShort } from './fault-run.ts';
import {
  resultsOf,
  startFaultSystem,
  submitMany,
  sweep,
  untilAllEnded,
  type FaultSystem,
} from './fault-system.ts';

const rounds = fullOrShort(50, 1);

describe('a worker that is killed at a point of a run', () => {
  let system: FaultSystem;
  beforeAll(async () => {
    system = await startFaultSystem();
  });
  afterAll(() => system.stop());

  test(
    'loses no query at any point, and its orphaned archives are swept',
    async () => {
      const queries = rounds * queryCrashPoints.length;
      const ids = await submitMany(system.client, queries);
      for (const point of queryCrashPoints) {
        for (let round = 0; round < rounds; round += 1) {
          const worker = system.startWorker({
            HOURGLASS_CRASH_POINT: point,
            HOURGLASS_WORKER_CONCURRENCY: '1',
          });
          expect((await worker.exited).signal, point).toBe('SIGKILL');
        }
      }
      const last = system.startWorker();
      await untilAllEnded(system);
      await last.stop();
      const orphans = await sweep(system);
      const { attempts, ...results } = await resultsOf(system, ids);
      printFigure(`killed at each of ${queryCrashPoints.length} points`, {
        rounds,
        queries,
        ...results,
        'most attempts': attempts,
        'orphans after the sweep': orphans.length,
      });
      expect(results).toEqual({ lost: 0, failed: 0, doubled: 0, valid: queries });
      expect(orphans).toEqual([]);
    },
    fullOrShort(3_600_000, 120_000),
  );
});
