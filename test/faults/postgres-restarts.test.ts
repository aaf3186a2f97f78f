import { afterEach, describe, expect, test } from 'vitest';
import { startPostgres, type RunningServer } from '@hourglass/embedded';
import { eventually, printFigure, temporaryFolder } from '@hourglass/testing';
import { fullOrShort, patienceMs } from './fault-run.ts';
import {
  faultQuery,
  resultsOf,
  startFaultSystem,
  sweep,
  untilAllEnded,
  type FaultSystem,
} from './fault-system.ts';

const queries = fullOrShort(200, 20);
const restarts = fullOrShort(20, 2);
const log = { debug() {}, info() {}, warn() {} };

describe('while PostgreSQL is restarted repeatedly', () => {
  let system: FaultSystem;
  afterEach(() => system.stop());

  test(
    'no accepted query is lost; the API responds 503 and recovers within 5 s',
    async () => {
      const folder = await temporaryFolder();
      const start = (port?: number): Promise<RunningServer> =>
        startPostgres({ dataDirectory: folder.path, log, ...(port !== undefined && { port }) });
      let server = await start();
      const database = {
        url: server.url,
        async drop() {
          await server.stop();
          await folder.remove();
        },
      };
      system = await startFaultSystem({ worker: true, database });
      const { client } = system;

      /** Repeats the submission until it succeeds; a refused one was not stored. */
      const statuses = new Map<number, number>();
      async function accepted(): Promise<string> {
        const key = crypto.randomUUID();
        return eventually('a submission', async () => {
          const response = await client.request('/queries', {
            method: 'POST',
            headers: { 'Idempotency-Key': key },
            body: JSON.stringify(faultQuery),
          });
          statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
          const { self } = (await response.json()) as { self: string };
          return response.status === 201 ? self.slice(self.lastIndexOf('/') + 1) : null;
        });
      }
      const ids: string[] = [];
      const submitting = (async () => {
        while (ids.length < queries) ids.push(await accepted());
      })();
      let slowestMs = 0;
      for (let restart = 1; restart <= restarts; restart += 1) {
        await eventually('more submissions', () =>
          ids.length >= (restart * queries) / (restarts + 1) ? true : null,
        );
        const { pid, port } = server;
        // Immediate shutdown: nothing is flushed, and the next start recovers.
        process.kill(pid, 'SIGQUIT');
        await server.exited;
        server = await start(port);
        const backAtMs = performance.now();
        await eventually('a response of the API', async () =>
          (await client.request('/queries?pageSize=1')).status === 200 ? true : null,
        );
        slowestMs = Math.max(slowestMs, performance.now() - backAtMs);
      }
      await submitting;
      await untilAllEnded(system);
      const orphans = await sweep(system);
      const { attempts, ...results } = await resultsOf(system, ids);
      printFigure('PostgreSQL restarted immediately', {
        restarts,
        queries,
        ...results,
        'most attempts': attempts,
        'API back after ms, slowest': Math.round(slowestMs),
        'answers 503': statuses.get(503) ?? 0,
      });
      expect([...statuses.keys()].filter((status) => status !== 201 && status !== 503)).toEqual([]);
      expect(results).toEqual({ lost: 0, failed: 0, doubled: 0, valid: queries });
      expect(slowestMs).toBeLessThan(5_000);
      expect(orphans).toEqual([]);
    },
    patienceMs,
  );
});
