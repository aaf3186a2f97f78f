import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually, printFigure, type NodeProcess } from '@hourglass/testing';
import { fullOrShort, patienceMs } from './fault-run.ts';
import { faultQuery, resultsOf, startFaultSystem, untilAllEnded, type FaultSystem } from './fault-system.ts';

const submissions = fullOrShort(500, 30);
/** Time from listening to the kill. With the start, about 2 s per process. */
const lifeMs = fullOrShort(1_300, 800);
const clients = 4;

describe('while API processes are killed repeatedly', () => {
  let system: FaultSystem;
  afterEach(() => system.stop());

  test(
    'each submission that is repeated with its key until it succeeds has one row and one result',
    async () => {
      system = await startFaultSystem({ worker: true });
      const port = await freePort();
      const ended = new AbortController();
      let killed = 0;
      let api: NodeProcess | null = null;
      const killing = (async () => {
        while (!ended.signal.aborted) {
          api = system.startApiProcess({ HOURGLASS_PORT: String(port) });
          await api.lineWith((line) => line.includes('"listening"') || null);
          await new Promise((resolve) => {
            setTimeout(resolve, lifeMs);
          });
          api.kill('SIGKILL');
          await api.exited;
          killed += 1;
        }
      })();

      let requests = 0;
      async function submitted(): Promise<string> {
        const key = randomUUID();
        return eventually('a response', async () => {
          requests += 1;
          const response = await fetch(
            `http://127.0.0.1:${port}/v1/organizations/acme/environments/prod/queries`,
            {
              method: 'POST',
              headers: {
                Authorization: `Bearer ${system.env['HOURGLASS_BOOTSTRAP_TOKEN']}`,
                'Content-Type': 'application/json',
                'Idempotency-Key': key,
              },
              body: JSON.stringify(faultQuery),
            },
          ).catch(() => null);
          if (response?.status !== 201) return null;
          const body = (await response.json().catch(() => null)) as { self: string } | null;
          return body === null ? null : body.self.slice(body.self.lastIndexOf('/') + 1);
        });
      }
      const ids: string[] = [];
      const sending = Array.from({ length: clients }, async () => {
        while (ids.length < submissions) ids.push(await submitted());
      });
      await Promise.all(sending);
      ended.abort();
      await killing;
      await untilAllEnded(system);
      const [row] = await system.sql<{ count: number }>('select count(*)::int as count from queries');
      const results = await resultsOf(system, ids);
      printFigure('API killed under submissions', {
        'API killed': killed,
        'requests sent': requests,
        accepted: new Set(ids).size,
        rows: row?.count ?? 0,
        results: results.valid,
      });
      expect([new Set(ids).size, row?.count, results.valid]).toEqual([ids.length, ids.length, ids.length]);
      expect(killed).toBeGreaterThan(0);
    },
    patienceMs,
  );
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
