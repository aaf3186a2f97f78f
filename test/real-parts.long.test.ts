import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  isServiceMissing,
  redisServerProblem,
  s3ServerProblem,
  startS3Server,
  startSystem,
  type RunningSystem,
  type S3Server,
} from '@hourglass/testing';

const missing = [
  { service: 'redis-server', problem: redisServerProblem() },
  { service: 'an S3-compatible server', problem: s3ServerProblem() },
].map((need) => isServiceMissing({ ...need, environment: process.env }));

describe.skipIf(missing.includes(true))('real services, chosen by settings alone', () => {
  let store: S3Server;
  let system: RunningSystem;
  beforeAll(async () => {
    store = await startS3Server();
    system = await startSystem({
      queue: 'redis-server',
      env: {
        S3_ENDPOINT: store.endpoint,
        S3_BUCKET: 'hourglass',
        S3_ACCESS_KEY_ID: store.accessKeyId,
        S3_SECRET_ACCESS_KEY: store.secretAccessKey,
      },
    });
  });
  afterAll(async () => {
    await system.stop();
    await store.stop();
  });

  const query = {
    metrics: [{ name: 'message_count', alias: 'calls' }],
    dimensions: ['apiproxy'],
    timeRange: { start: '2026-06-01T00:00:00Z', end: '2026-06-02T00:00:00Z' },
  };

  test('produce the same report from a bucket that the first start created, and store nothing in a folder', async () => {
    await system.client.sendFacts([
      { timestamp: '2026-06-01T00:00:00Z', apiproxy: 'a' },
      { timestamp: '2026-06-01T23:59:59.999Z', apiproxy: 'b' },
    ]);
    const rows = '{"calls":"1","apiproxy":"a"}\n{"calls":"1","apiproxy":"b"}\n';
    expect(await system.client.report(query)).toBe(rows);
    expect(existsSync(path.join(system.dataDirectory, 'store'))).toBe(false);
  });

  test('serve whole archives and ranges, and 503 while the store is down', async () => {
    const id = await system.client.submit(query);
    await system.client.ended(id);
    const archive = await system.client.archive(id);
    const download = (headers: Record<string, string>) =>
      system.client.request(`/queries/${id}/result`, { headers });

    const part = await download({ Range: 'bytes=10-29' });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 10-29/${archive.length}`);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(archive.subarray(10, 30));
    const tail = await download({ Range: 'bytes=-5' });
    expect(Buffer.from(await tail.arrayBuffer())).toEqual(archive.subarray(-5));
    expect((await download({ Range: `bytes=${archive.length}-` })).status).toBe(416);

    const etag = part.headers.get('etag') ?? '';
    expect((await download({ 'If-None-Match': etag })).status).toBe(304);
    expect((await download({ Range: 'bytes=0-3', 'If-Range': '"other"' })).status).toBe(200);
    const head = await system.client.request(`/queries/${id}/result`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(archive.length)]);

    await store.killGateway();
    expect((await download({})).status).toBe(503);
    expect((await fetch(`${system.url}/readyz`)).status).toBe(503);
    await store.startGateway();
    expect(await system.client.archive(id)).toEqual(archive);
  });
});
