import { createHash, randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openObjectStore } from '@hourglass/object-store';
import {
  eventually,
  isServiceMissing,
  printFigure,
  readArchive,
  s3ServerProblem,
  startFailingProxy,
  startS3Server,
  type FailingProxy,
  type S3Server,
} from '@hourglass/testing';
import { fullOrShort } from './fault-run.ts';
import { resultsOf, startFaultSystem, submitMany, untilAllEnded, type FaultSystem } from './fault-system.ts';

const missing = isServiceMissing({
  service: 'an S3-compatible server',
  problem: s3ServerProblem(),
  environment: process.env,
});
const small = fullOrShort(200, 12);
/** Number of reports with archives in several parts. */
const large = fullOrShort(10, 1);
const largeRows = 500_000;
const largeQuery = {
  metrics: [{ name: 'message_count' }],
  dimensions: ['gateway_flow_id'],
  timeRange: { start: '2026-05-01T00:00:00Z', end: '2026-05-02T00:00:00Z' },
};

/** Practically incompressible. */
function flowOf(index: number): string {
  return createHash('md5').update(String(index)).digest('hex');
}

describe.skipIf(missing)('a store that fails three out of ten calls', () => {
  const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
  let store: S3Server;
  let proxy: FailingProxy;
  let system: FaultSystem;
  beforeAll(async () => {
    store = await startS3Server();
    proxy = await startFailingProxy({
      target: store.endpoint,
      failingShare: 0.3,
      hangingShare: 0.01,
      seed,
    });
    const { accessKeyId, secretAccessKey } = store;
    system = await startFaultSystem({
      env: {
        S3_ENDPOINT: store.endpoint,
        S3_BUCKET: 'hourglass',
        S3_ACCESS_KEY_ID: accessKeyId,
        S3_SECRET_ACCESS_KEY: secretAccessKey,
      },
    });
    const startMs = Date.parse(largeQuery.timeRange.start);
    const lines = Array.from(
      { length: largeRows },
      (_, index) => `{"timestamp":${startMs + index},"gateway_flow_id":"${flowOf(index)}"}`,
    );
    const response = await system.client.request('/facts/api', { method: 'POST', body: lines.join('\n') });
    expect(response.status).toBe(201);
  }, 600_000);
  afterAll(async () => {
    await system?.stop();
    await proxy?.close();
    await store?.stop();
  });

  test(
    'holds only complete published archives, and no incomplete upload is left',
    async () => {
      console.log(`seed ${seed}; SEED=${seed} repeats the failures`);
      const worker = system.startWorker({ S3_ENDPOINT: proxy.url });
      const ids = await submitMany(system.client, small);
      const largeIds: string[] = [];
      for (let query = 0; query < large; query += 1) largeIds.push(await system.client.submit(largeQuery));
      await untilAllEnded(system);
      const { requests, failed } = proxy.counts();
      proxy.heal();
      await worker.stop();

      const results = await resultsOf(system, ids);
      let largeValid = 0;
      for (const id of largeIds) {
        const archive = await system.client.archive(id);
        // A smaller archive would be uploaded in one part.
        expect(archive.length).toBeGreaterThan(8 * 1024 * 1024);
        const parts = await readArchive(archive);
        const flows = new Set(parts.flatMap(({ text }) => text.match(/[\da-f]{32}/g) ?? []));
        if (flows.size === largeRows) largeValid += 1;
      }

      // Makes the sweep due, which runs every ten minutes.
      await system.sql("delete from periodic_jobs where name = 'sweep-archives'");
      const sweeper = system.startWorker();
      const { accessKeyId, secretAccessKey, endpoint } = store;
      const s3 = { endpoint, accessKeyId, secretAccessKey, bucket: 'hourglass', region: 'us-east-1' };
      const objects = await openObjectStore({ folder: '', s3: { ...s3, forcePathStyle: true } });
      const keysOf = async (found: AsyncIterable<{ key: string }>) => {
        const keys: string[] = [];
        for await (const { key } of found) keys.push(key);
        return keys;
      };
      const openUploads = await eventually('the sweep', async () => {
        const open = await keysOf(objects.listIncomplete('archives/'));
        const stored = await keysOf(objects.list('archives/'));
        return open.length === 0 && stored.length === small + large ? open.length : null;
      });
      await sweeper.stop();
      objects.close();
      printFigure('store failing', {
        queries: small + large,
        calls: requests,
        'failed calls': failed,
        lost: results.lost,
        failed: results.failed,
        'bad archives': small + large - results.valid - largeValid,
        'open uploads': openUploads,
        'most attempts': results.attempts,
      });
      expect([results.lost, results.failed, results.valid, largeValid]).toEqual([0, 0, small, large]);
    },
    fullOrShort(1_800_000, 300_000),
  );
});
