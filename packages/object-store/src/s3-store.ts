import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  S3ServiceException,
  type S3Client,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { ServiceUnavailable, type ByteRange, type ObjectStore, type StoredObject } from '@hourglass/reports';
import { assertByteRange, isEmptyRange } from './byte-range.ts';
import { assertObjectKey, assertObjectPrefix } from './object-key.ts';
import { guardBody } from './s3-body.ts';
import { connect, type S3Options } from './s3-client.ts';
import { asStoreError, isMissingKey, isRangeBeyondEnd } from './s3-errors.ts';
import { createUploader } from './s3-upload.ts';

const checkTimeoutMs = 5_000;
const stallMs = 60_000;

/**
 * Objects in a bucket that exists already. A process killed in the middle of an upload leaves its parts behind. Those of
 * archives are swept; for segments give the bucket a lifecycle rule that aborts incomplete multipart uploads after a day.
 */
export function createS3Store(options: S3Options): ObjectStore & { close(): void } {
  const { bucket } = options;
  const client = connect(options);
  const uploader = createUploader(client, options);

  async function checkBucket(): Promise<void> {
    try {
      const abortSignal = AbortSignal.timeout(checkTimeoutMs);
      await client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal });
    } catch (error) {
      throw new ServiceUnavailable('object store', error);
    }
  }

  async function stat(key: string): Promise<StoredObject | null> {
    assertObjectKey(key);
    try {
      const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return { bytes: found.ContentLength ?? 0, etag: (found.ETag ?? '').replaceAll('"', '') };
    } catch (error) {
      if (!isMissingKey(error)) throw asStoreError(error);
      // The answer to HEAD has no body, so a missing bucket looks like a missing key.
      await checkBucket();
      return null;
    }
  }

  async function read(key: string, range?: ByteRange): Promise<Readable | null> {
    assertObjectKey(key);
    if (range) assertByteRange(range);
    // HTTP cannot ask for no bytes.
    if (isEmptyRange(range)) return (await stat(key)) && Readable.from([]);
    try {
      const { Body } = await client.send(
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(range && { Range: `bytes=${range.start}-${range.endExclusive - 1}` }),
        }),
      );
      if (!(Body instanceof Readable)) throw new TypeError('the answer has no body to stream');
      return guardBody(Body, stallMs);
    } catch (error) {
      if (isMissingKey(error)) return null;
      if (isRangeBeyondEnd(error)) return Readable.from([]);
      throw asStoreError(error);
    }
  }

  return {
    stat,
    read,
    async putFile(key, path, { contentType, signal }) {
      assertObjectKey(key);
      return uploader.upload({ key, path, contentType, signal }, { stat, read });
    },

    async delete(key) {
      assertObjectKey(key);
      try {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
      } catch (error) {
        if (!isMissingKey(error)) throw asStoreError(error);
      }
    },

    async *list(prefix) {
      assertObjectPrefix(prefix);
      try {
        for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
          for (const { Key, Size } of page.Contents ?? []) {
            if (Key !== undefined) yield { key: Key, bytes: Size ?? 0 };
          }
        }
      } catch (error) {
        throw asStoreError(error);
      }
    },

    listIncomplete: (prefix) => {
      assertObjectPrefix(prefix);
      return uploader.listOpen(prefix);
    },

    async check() {
      await checkBucket();
      await uploader.endAbandoned();
    },

    close() {
      client.destroy();
    },
  };
}

/**
 * Creates the bucket unless it is there. Asks first: whoever may use a bucket need not be allowed to create one.
 * @throws ServiceUnavailable when there is no bucket and none can be made
 */
export async function ensureBucket(options: S3Options): Promise<void> {
  const client = connect(options);
  try {
    if (await bucketExists(client, options.bucket)) return;
    await client.send(new CreateBucketCommand({ Bucket: options.bucket }));
  } catch (error) {
    const madeMeanwhile = error instanceof S3ServiceException && error.name === 'BucketAlreadyOwnedByYou';
    if (!madeMeanwhile) throw asStoreError(error);
  } finally {
    client.destroy();
  }
}

async function bucketExists(client: S3Client, bucket: string): Promise<boolean> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return false;
    throw error;
  }
}
