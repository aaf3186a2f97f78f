import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { ServiceUnavailable, type IncompleteObject, type StoredObject } from '@hourglass/reports';
import { createMultipartUploads } from './multipart-uploads.ts';
import { etagOf, hashing, PartHash } from './part-hash.ts';
import type { Bucket } from './s3-bucket.ts';
import { connectForUpload, type S3Options } from './s3-client.ts';
import { asStoreError, requested } from './s3-errors.ts';
import { readObject, statObject } from './s3-objects.ts';
import { planUpload } from './upload-plan.ts';

const partTimeoutMs = 120_000;
const readBytes = 1024 * 1024;

export interface Uploader {
  /**
   * Uploads a file and verifies what the store has received. When it rejects, the key has the
   * object that it had before, except after a failure of the very last request, when it may have
   * the new one.
   * @throws ServiceUnavailable, the reason of `signal`, or the error of reading the file
   */
  upload(source: UploadSource): Promise<StoredObject>;
  /** Lists incomplete uploads of all processes. */
  listOpen(prefix: string): AsyncIterable<IncompleteObject>;
  /** Aborts failed uploads that could not be aborted at once because the store was unavailable. */
  abortAbandoned(): Promise<void>;
}

interface UploadSource {
  readonly key: string;
  readonly path: string;
  readonly contentType: string;
  readonly signal: AbortSignal | undefined;
}

export function createUploader(bucket: Bucket, options: S3Options): Uploader {
  const uploads = createMultipartUploads(bucket);
  /** The number of uploads in progress, by key. */
  const inProgress = new Map<string, number>();

  async function send(source: UploadSource): Promise<SentFile> {
    const fileBytes = (await stat(source.path)).size;
    const isMultipart = fileBytes > planUpload(fileBytes).partBytes;
    try {
      const sent = await sendFile(bucket, source, { fileBytes, options });
      // The SDK retries a lost response to the first request, which leaves the first upload open.
      if (isMultipart && inProgress.get(source.key) === 1) await uploads.abortUploadsOf(source.key);
      return sent;
    } catch (error) {
      if (isMultipart) await uploads.abortUploadsOf(source.key);
      source.signal?.throwIfAborted();
      throw error;
    }
  }

  const abortAbandoned = () => uploads.abortAbandoned((key) => inProgress.has(key));
  return {
    abortAbandoned,
    listOpen: (prefix) => uploads.listOpen(prefix),
    async upload(source) {
      const { key } = source;
      source.signal?.throwIfAborted();
      await abortAbandoned();
      inProgress.set(key, (inProgress.get(key) ?? 0) + 1);
      try {
        return await verifyStored(bucket, key, await send(source));
      } finally {
        const left = (inProgress.get(key) ?? 1) - 1;
        if (left === 0) inProgress.delete(key);
        else inProgress.set(key, left);
      }
    },
  };
}

interface SentFile {
  readonly bytes: number;
  /** The ETag that S3 computes for the bytes sent. */
  readonly etag: string;
  /** The ETag in the store's response. */
  readonly storedEtag: string;
  readonly partBytes: number;
}

async function sendFile(
  { client, name }: Bucket,
  { key, path, contentType, signal: callerSignal }: UploadSource,
  { fileBytes, options }: { fileBytes: number; options: S3Options },
): Promise<SentFile> {
  const stop = new AbortController();
  const signal = callerSignal ? AbortSignal.any([callerSignal, stop.signal]) : stop.signal;
  const { partBytes, concurrency } = planUpload(fileBytes);
  const hash = new PartHash(partBytes);
  const body = hashing(hash);
  let readError: Error | null = null;
  const reading = pipeline(createReadStream(path, { highWaterMark: readBytes }), body).catch(
    (error: unknown) => {
      // The upload destroys the stream after any failure; only errors of the file system name a
      // system call.
      if (error instanceof Error && 'syscall' in error) readError = error;
    },
  );
  const upload = new Upload({
    client: connectForUpload(client, options, { signal, requestTimeoutMs: partTimeoutMs }),
    params: { Bucket: name, Key: key, Body: body, ContentType: contentType },
    partSize: partBytes,
    queueSize: concurrency,
  });
  try {
    const { ETag = '' } = await upload.done();
    await reading;
    return { bytes: fileBytes, etag: hash.etag(), storedEtag: ETag.replaceAll('"', ''), partBytes };
  } catch (error) {
    stop.abort();
    throw readError ?? asStoreError(error);
  } finally {
    body.destroy();
  }
}

/**
 * Returns the stored object, or deletes it and throws `ServiceUnavailable` when it differs from the
 * file sent.
 */
async function verifyStored(bucket: Bucket, key: string, sent: SentFile): Promise<StoredObject> {
  const found = await statObject(bucket, key);
  if (found?.bytes === sent.bytes && (await hasSentBytes(bucket, key, sent))) return found;
  await requested(bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: key })));
  const stored = found === null ? 'no object' : `${found.bytes} bytes with the ETag ${sent.storedEtag}`;
  throw new ServiceUnavailable(
    'object store',
    new Error(`${key}: the store has ${stored}; expected ${sent.bytes} bytes with the ETag ${sent.etag}`),
  );
}

/**
 * Compares ETags; where the store computes them differently (encryption), reads the object and
 * hashes it.
 */
async function hasSentBytes(bucket: Bucket, key: string, sent: SentFile): Promise<boolean> {
  if (sent.storedEtag === sent.etag) return true;
  const stored = await readObject(bucket, key);
  return stored !== null && (await etagOf(stored, sent.partBytes)) === sent.etag;
}
