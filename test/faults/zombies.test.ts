import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectDatabase, eventually, printFigure } from '@hourglass/testing';
import { fullOrShort, patienceMs } from './fault-run.ts';
import {
  archivesOf,
  resultsOf,
  startFaultSystem,
  submitMany,
  untilAllEnded,
  type FaultSystem,
} from './fault-system.ts';

/** Number of queries that the stopped worker runs. */
const atOnce = 10;
const batches = fullOrShort(5, 1);

describe('a worker that is stopped for longer than its lease and continues', () => {
  let system: FaultSystem;
  beforeAll(async () => {
    system = await startFaultSystem();
  });
  afterAll(() => system.stop());

  async function untilAllAre(state: string): Promise<void> {
    await eventually(`all are ${state}`, async () => {
      const [row] = await system.sql<{ count: number }>(
        'select count(*)::int as count from queries where state = $1::query_state',
        [state],
      );
      return row?.count === atOnce ? true : null;
    });
  }

  test(
    'publishes and leaves nothing of queries that another worker completed',
    async () => {
      let zombies = 0;
      const all: string[] = [];
      for (let batch = 0; batch < batches; batch += 1) {
        // The lock blocks reading facts, so that every query is stopped while it runs.
        const locker = await connectDatabase(system.databaseUrl);
        await locker.sql('begin');
        await locker.sql('lock table hot_api_facts in access exclusive mode');
        const zombie = system.startWorker({ HOURGLASS_WORKER_CONCURRENCY: String(atOnce) });
        all.push(...(await submitMany(system.client, atOnce)));
        await untilAllAre('running');
        zombie.kill('SIGSTOP');
        await locker.end();
        await eventually('the lapse of the leases', async () => {
          const [row] = await system.sql<{ count: number }>(
            "select count(*)::int as count from queries where state = 'running' and lease_expires_at <= now()",
          );
          return row?.count === atOnce ? true : null;
        });
        const other = system.startWorker();
        await untilAllEnded(system);
        const published = await archivesOf(system);
        zombie.kill('SIGCONT');
        await eventually('the end of the stopped attempts', () => {
          const ends = zombie
            .output()
            .split('\n')
            .filter((line) => /stopped:|not published:|requeued/.test(line));
          return ends.length >= atOnce ? true : null;
        });
        const completed = zombie
          .output()
          .split('\n')
          .filter((line) => line.includes('"completed"'));
        zombies += completed.length;
        await Promise.all([zombie.stop(), other.stop()]);
        expect((await archivesOf(system)).toSorted()).toEqual(published.toSorted());
      }
      const { attempts, ...results } = await resultsOf(system, all);
      const queries = batches * atOnce;
      printFigure('worker stopped past its lease', {
        rounds: queries,
        'published by it': zombies,
        ...results,
      });
      expect([zombies, attempts]).toEqual([0, 2]);
      expect(results).toEqual({ lost: 0, failed: 0, doubled: 0, valid: queries });
    },
    patienceMs,
  );
});
