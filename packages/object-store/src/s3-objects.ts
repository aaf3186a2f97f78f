import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import type { ByteRange, StoredObject } from '@hourglass/reports';
import { assertByteRange, isEmptyRange } from './byte-range.ts';
import { assertObjectKey, assertObjectPrefix } from './object-key.ts';
import { guardBody } from './s3-body.ts';
import { checkBucket, type Bucket } from './s3-bucket.ts';
import { asStoreError, isMissingKey, isRangeBeyondEnd } from './s3-errors.ts';

const stallMs = 60_000;

/** Returns null when there is no such object. */
export async function statObject(bucket: Bucket, key: string): Promise<StoredObject | null> {
  assertObjectKey(key);
  try {
    const found = await bucket.client.send(new HeadObjectCommand({ Bucket: bucket.name, Key: key }));
    return { bytes: found.ContentLength ?? 0, etag: (found.ETag ?? '').replaceAll('"', '') };
  } catch (error) {
    if (!isMissingKey(error)) throw asStoreError(error);
    // A response to HEAD has no body, so a missing bucket looks like a missing key.
    await checkBucket(bucket);
    return null;
  }
}

/** Returns null when there is no such object. */
export async function readObject(bucket: Bucket, key: string, range?: ByteRange): Promise<Readable | null> {
  assertObjectKey(key);
  if (range) assertByteRange(range);
  // HTTP has no empty range.
  if (isEmptyRange(range)) return (await statObject(bucket, key)) && Readable.from([]);
  try {
    const { Body } = await bucket.client.send(
      new GetObjectCommand({
        Bucket: bucket.name,
        Key: key,
        ...(range && { Range: `bytes=${range.start}-${range.endExclusive - 1}` }),
      }),
    );
    if (!(Body instanceof Readable)) throw new TypeError('the response of the object store has no body');
    return guardBody(Body, stallMs);
  } catch (error) {
    if (isMissingKey(error)) return null;
    if (isRangeBeyondEnd(error)) return Readable.from([]);
    throw asStoreError(error);
  }
}

/** Does nothing when there is no such object. */
export async function deleteObject({ client, name }: Bucket, key: string): Promise<void> {
  assertObjectKey(key);
  try {
    await client.send(new DeleteObjectCommand({ Bucket: name, Key: key }));
  } catch (error) {
    if (!isMissingKey(error)) throw asStoreError(error);
  }
}

export async function* listObjects(
  { client, name }: Bucket,
  prefix: string,
): AsyncGenerator<{ key: string; bytes: number }> {
  assertObjectPrefix(prefix);
  try {
    for await (const page of paginateListObjectsV2({ client }, { Bucket: name, Prefix: prefix })) {
      for (const { Key, Size } of page.Contents ?? []) {
        if (Key !== undefined) yield { key: Key, bytes: Size ?? 0 };
      }
    }
  } catch (error) {
    throw asStoreError(error);
  }
}
