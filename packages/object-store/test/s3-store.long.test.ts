import { randomBytes, randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { ServiceUnavailable, type ObjectStore } from '@hourglass/reports';
import {
  eventually,
  isServiceMissing,
  s3ServerProblem,
  startS3Server,
  temporaryFolder,
  type S3Server,
  type TemporaryFolder,
} from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { S3Options } from '../src/s3-client.ts';
import { createS3Store, ensureBucket } from '../src/s3-store.ts';
import { describeObjectStore } from './object-store-conformance.ts';

const contentType = 'application/zip';
const missing = isServiceMissing({
  service: 'an S3-compatible server',
  problem: s3ServerProblem(),
  environment: process.env,
});

describe.skipIf(missing)('with a real S3-compatible server', () => {
  let server: S3Server;
  let folder: TemporaryFolder;
  let options: S3Options;
  let sdk: S3Client;
  let largeFile: string;
  const stores: { close(): void }[] = [];

  const open = (differences: Partial<S3Options> = {}): ObjectStore => {
    const store = createS3Store({ ...options, ...differences });
    stores.push(store);
    return store;
  };
  const openUploads = async (): Promise<number> => {
    const response = await sdk.send(new ListMultipartUploadsCommand({ Bucket: options.bucket }));
    return response.Uploads?.length ?? 0;
  };
  /** Waits until an upload in parts has begun; fails at once when it ended unobserved. */
  const untilPartsArrive = (upload: Promise<unknown>) => {
    const ended = upload.then(() => {
      throw new Error('the upload ended before its parts were observed; expected a larger file');
    });
    const begun = eventually('an upload in parts has begun', async () =>
      (await openUploads()) > 0 ? true : null,
    );
    return Promise.race([begun, ended]);
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    largeFile = path.join(folder.path, 'large');
    await writeFile(largeFile, randomBytes(256 * 1024 * 1024));
    server = await startS3Server();
    const { endpoint, accessKeyId, secretAccessKey } = server;
    options = {
      endpoint,
      accessKeyId,
      secretAccessKey,
      bucket: `hourglass-${randomUUID()}`,
      region: 'us-east-1',
      forcePathStyle: true,
    };
    const credentials = { accessKeyId, secretAccessKey };
    sdk = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
    await ensureBucket(options);
    // Again, as at a second start.
    await ensureBucket(options);
  }, 600_000);

  afterAll(async () => {
    for (const store of stores) store.close();
    sdk?.destroy();
    await server?.stop();
    await folder?.remove();
  });

  describeObjectStore(async () => open());

  test('an aborted upload leaves no parts, and the next upload works', async () => {
    const store = open();
    const key = randomUUID();
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const upload = store.putFile(key, largeFile, { contentType, signal: controller.signal });
    upload.catch(() => {});
    await untilPartsArrive(upload);
    controller.abort(reason);
    await expect(upload).rejects.toBe(reason);
    expect(await openUploads()).toBe(0);
    expect(await store.stat(key)).toBeNull();
    const small = path.join(folder.path, 'small');
    await writeFile(small, 'x');
    expect(await store.putFile(key, small, { contentType })).toMatchObject({ bytes: 1 });
    await rm(small);
  });

  test('an upload aborted at any moment leaves neither object nor parts', async () => {
    const store = open();
    for (const afterMs of [0, 1, 5, 20, 60]) {
      const key = randomUUID();
      const signal = AbortSignal.timeout(afterMs);
      await expect(store.putFile(key, largeFile, { contentType, signal })).rejects.toMatchObject({
        name: 'TimeoutError',
      });
      expect(await store.stat(key)).toBeNull();
      expect(await openUploads()).toBe(0);
    }
  });

  test('a gateway killed during an upload makes the store unavailable; after its restart no parts remain', async () => {
    const store = open();
    const key = randomUUID();
    const upload = store.putFile(key, largeFile, { contentType });
    upload.catch(() => {});
    await untilPartsArrive(upload);
    await server.killGateway();
    try {
      await expect(upload).rejects.toThrow(ServiceUnavailable);
      await expect(store.check()).rejects.toThrow(ServiceUnavailable);
      await expect(store.stat(key)).rejects.toThrow(ServiceUnavailable);
      await expect(store.read(key)).rejects.toThrow(ServiceUnavailable);
      await expect(store.delete(key)).rejects.toThrow(ServiceUnavailable);
      await expect(store.list('')[Symbol.asyncIterator]().next()).rejects.toThrow(ServiceUnavailable);
    } finally {
      await server.startGateway();
    }
    await store.check();
    expect(await openUploads()).toBe(0);
    expect(await store.stat(key)).toBeNull();
    const stored = await store.putFile(key, largeFile, { contentType });
    expect(stored.bytes).toBe(256 * 1024 * 1024);
    await store.delete(key);
  });

  test('a gateway killed during a download makes the store unavailable', async () => {
    const store = open();
    const key = randomUUID();
    await store.putFile(key, largeFile, { contentType });
    const body = await store.read(key);
    if (body === null) throw new Error('the object is missing');
    const chunks = body[Symbol.asyncIterator]();
    await chunks.next();
    await server.killGateway();
    try {
      const rest = async () => {
        while (!(await chunks.next()).done);
      };
      await expect(rest()).rejects.toThrow(ServiceUnavailable);
    } finally {
      await server.startGateway();
    }
    await store.delete(key);
  });

  test('a wrong secret, an unknown key and a missing bucket make the store unavailable', async () => {
    const small = path.join(folder.path, 'refused');
    await writeFile(small, 'x');
    for (const difference of [
      { secretAccessKey: 'wrong' },
      { accessKeyId: 'unknown' },
      { bucket: `missing-${randomUUID()}` },
    ]) {
      const store = open(difference);
      await expect(store.check()).rejects.toThrow(ServiceUnavailable);
      await expect(store.stat('k')).rejects.toThrow(ServiceUnavailable);
      await expect(store.read('k')).rejects.toThrow(ServiceUnavailable);
      await expect(store.putFile('k', small, { contentType })).rejects.toThrow(ServiceUnavailable);
      await expect(store.list('')[Symbol.asyncIterator]().next()).rejects.toThrow(ServiceUnavailable);
    }
  });
});
