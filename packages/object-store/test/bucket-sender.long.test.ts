import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createSemaphore, type OutgoingFile } from '@hourglass/reports';
import { isServiceMissing, s3ServerProblem, startS3Server, type S3Server } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBucketSender } from '../src/bucket-sender.ts';
import { createS3Store, ensureBucket } from '../src/s3-store.ts';

const missing = isServiceMissing({
  service: 'an S3-compatible server',
  problem: s3ServerProblem(),
  environment: process.env,
});
const never = new AbortController().signal;
const target = { region: 'us-east-1', bucket: 'theirs', prefix: 'reports/', forcePathStyle: true };

describe.skipIf(missing)('a bucket of a client on a real S3-compatible server', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
    await ensureBucket({ ...server, region: target.region, bucket: target.bucket, forcePathStyle: true });
  });
  afterAll(() => server.stop());

  const sender = (fault: string | null = null) =>
    createBucketSender({
      agents: { httpAgent: new http.Agent(), httpsAgent: new https.Agent() },
      targets: { faultOf: () => fault },
      semaphore: createSemaphore(2),
    });
  const access = () => {
    const { endpoint, accessKeyId, secretAccessKey } = server;
    return { ...target, endpoint, accessKeyId, secretAccessKey };
  };
  const fileOf = (bytes: Buffer, md5 = createHash('md5').update(bytes).digest('hex')): OutgoingFile => ({
    name: 'result.zip',
    bytes: bytes.length,
    md5,
    open: () => Promise.resolve(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)])),
  });

  async function stored(): Promise<Buffer | null> {
    const store = createS3Store(access());
    const stream = await store.read('reports/result.zip');
    const bytes = stream === null ? null : await buffer(stream);
    store.close();
    return bytes;
  }

  test.each([0, 1_000, 20 * 1024 * 1024 + 3])('gets the %d bytes of an archive', async (size) => {
    const bytes = randomBytes(size);
    expect(await sender().put(access(), fileOf(bytes), never)).toEqual({ kind: 'delivered', status: 200 });
    expect((await stored())?.equals(bytes)).toBe(true);
  });

  test('gets no archive that is damaged in our store, as far as its response tells', async () => {
    const outcome = await sender().put(access(), fileOf(randomBytes(100), 'f'.repeat(32)), never);
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: 'the archive in the store of this instance is damaged',
    });
  });

  test('that does not exist, or with other credentials, fails with the name of the error', async () => {
    const file = fileOf(randomBytes(10));
    expect(await sender().put({ ...access(), bucket: 'nowhere' }, file, never)).toMatchObject({
      kind: 'failed',
      status: 404,
      error: 'the store responded NoSuchBucket',
    });
    const outcome = await sender().put({ ...access(), secretAccessKey: 'another' }, file, never);
    expect(outcome).toMatchObject({ kind: 'failed', status: 403 });
    expect(JSON.stringify(outcome)).not.toContain('another');
  });

  test('whose endpoint is no longer allowed is not connected to', async () => {
    expect(await sender('has a bad address').put(access(), fileOf(Buffer.alloc(1)), never)).toMatchObject({
      kind: 'failed',
      error: 'the endpoint has a bad address',
    });
  });

  test('is not written to once the worker stops', async () => {
    const stop = new AbortController();
    stop.abort(new Error('the worker stops'));
    await expect(sender().put(access(), fileOf(Buffer.alloc(1)), stop.signal)).rejects.toThrow(
      'the worker stops',
    );
  });
});
