import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import {
  ServiceUnavailable,
  type IncompleteObject,
  type ObjectStore,
  type StoredObject,
} from '@hourglass/reports';
import { connectForUpload, type S3Options } from './s3-client.ts';
import { etagOf, hashing, PartHash } from './part-hash.ts';
import { asStoreError } from './s3-errors.ts';
import { planUpload } from './upload-plan.ts';

const partTimeoutMs = 120_000;
const readBytes = 1024 * 1024;
/** A part that was under way when its upload was aborted can bring the upload back, so it is aborted until gone. */
const maxAbortRounds = 5;

export interface Uploader {
  /**
   * @throws ServiceUnavailable, the signal's reason, or what reading the file threw. The key then has the object
   * it had before, except when the very last request of the upload failed: then it may have the new one.
   */
  upload(source: UploadSource, store: Pick<ObjectStore, 'stat' | 'read'>): Promise<StoredObject>;
  /** Of every process. */
  listOpen(prefix: string): AsyncIterable<IncompleteObject>;
  /** Ends uploads that failed while the store could not be reached to end them. */
  endAbandoned(): Promise<void>;
}

interface UploadSource {
  readonly key: string;
  readonly path: string;
  readonly contentType: string;
  readonly signal: AbortSignal | undefined;
}

export function createUploader(client: S3Client, options: S3Options): Uploader {
  const { bucket } = options;
  const underway = new Map<string, number>();
  const abandoned = new Set<string>();

  async function send(source: UploadSource): Promise<SentFile> {
    const { key, path, contentType } = source;
    const stop = new AbortController();
    const signal = source.signal ? AbortSignal.any([source.signal, stop.signal]) : stop.signal;
    const fileBytes = (await stat(path)).size;
    const { partBytes, concurrency } = planUpload(fileBytes);
    const hash = new PartHash(partBytes);
    const file = createReadStream(path, { highWaterMark: readBytes });
    const body = hashing(hash);
    let readError: Error | null = null;
    const reading = pipeline(file, body).catch((error: unknown) => {
      // The upload also destroys the stream when something else failed; only the file system names a call.
      if (error instanceof Error && 'syscall' in error) readError = error;
    });
    const upload = new Upload({
      client: connectForUpload(client, options, { signal, requestTimeoutMs: partTimeoutMs }),
      params: { Bucket: bucket, Key: key, Body: body, ContentType: contentType },
      partSize: partBytes,
      queueSize: concurrency,
    });
    try {
      const { ETag = '' } = await upload.done();
      await reading;
      // A beginning whose answer was lost was made again, and the first one would stay open.
      if (fileBytes > partBytes && underway.get(key) === 1) await endUploadsOf(key);
      return { bytes: fileBytes, etag: hash.etag(), storedEtag: ETag.replaceAll('"', ''), partBytes };
    } catch (error) {
      stop.abort();
      if (fileBytes > partBytes) await endUploadsOf(key);
      source.signal?.throwIfAborted();
      throw readError ?? asStoreError(error);
    } finally {
      body.destroy();
    }
  }

  async function endUploadsOf(key: string): Promise<void> {
    abandoned.add(key);
    try {
      for (let round = 1; round <= maxAbortRounds; round += 1) {
        const ids = await openUploadsOf(key);
        if (ids.length === 0) {
          abandoned.delete(key);
          return;
        }
        for (const id of ids) await abortUpload(key, id);
      }
    } catch {
      // The store is away: the key stays in the list until `endAbandoned` succeeds.
    }
  }

  async function openUploadsOf(key: string): Promise<string[]> {
    const { Uploads = [] } = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key }),
    );
    return Uploads.flatMap(({ Key, UploadId }) => (Key === key && UploadId !== undefined ? [UploadId] : []));
  }

  async function abortUpload(key: string, id: string): Promise<void> {
    try {
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: id }));
    } catch (error) {
      if (!(error instanceof S3ServiceException && error.name === 'NoSuchUpload')) throw error;
    }
  }

  async function endAbandoned(): Promise<void> {
    for (const key of abandoned) {
      // A second try of the same key is running: its own upload must not be ended.
      if (!underway.has(key)) await endUploadsOf(key);
    }
  }

  async function* listOpen(prefix: string): AsyncGenerator<IncompleteObject> {
    let next: Pick<ListMultipartUploadsCommandInput, 'KeyMarker' | 'UploadIdMarker'> | null = {};
    while (next !== null) {
      const command = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...next });
      const page: ListMultipartUploadsCommandOutput = await served(client.send(command));
      for (const { Key: key, UploadId: id } of page.Uploads ?? [])
        if (key !== undefined && id !== undefined) yield { key, discard: () => served(abortUpload(key, id)) };
      next = page.IsTruncated === true ? continuation(page) : null;
    }
  }

  return {
    endAbandoned,
    listOpen,
    async upload(source, store) {
      const { key } = source;
      source.signal?.throwIfAborted();
      await endAbandoned();
      underway.set(key, (underway.get(key) ?? 0) + 1);
      try {
        const sent = await send(source);
        const found = await store.stat(key);
        if (found?.bytes === sent.bytes && (await hasArrivedWhole(sent, () => store.read(key)))) return found;
        await served(client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
        const reported =
          found === null ? 'no object' : `${found.bytes} bytes, with the ETag ${sent.storedEtag}`;
        throw new ServiceUnavailable(
          'object store',
          new Error(
            `${sent.bytes} bytes with the ETag ${sent.etag} were sent to ${key}; the store has ${reported}`,
          ),
        );
      } finally {
        const left = (underway.get(key) ?? 1) - 1;
        if (left === 0) underway.delete(key);
        else underway.set(key, left);
      }
    },
  };
}

interface SentFile {
  readonly bytes: number;
  /** As S3 computes it of what was sent. */
  readonly etag: string;
  /** As the store answered to the upload. */
  readonly storedEtag: string;
  readonly partBytes: number;
}

/** By the ETag; where the store computes others, as encrypting ones do, by reading everything back. */
async function hasArrivedWhole(
  sent: SentFile,
  read: () => Promise<NodeJS.ReadableStream | null>,
): Promise<boolean> {
  if (sent.storedEtag === sent.etag) return true;
  const stored = await read();
  return stored !== null && (await etagOf(stored, sent.partBytes)) === sent.etag;
}

async function served<Answer>(request: Promise<Answer>): Promise<Answer> {
  try {
    return await request;
  } catch (error) {
    throw asStoreError(error);
  }
}

function continuation({ NextKeyMarker, NextUploadIdMarker }: ListMultipartUploadsCommandOutput) {
  return {
    ...(NextKeyMarker !== undefined && { KeyMarker: NextKeyMarker }),
    ...(NextUploadIdMarker !== undefined && { UploadIdMarker: NextUploadIdMarker }),
  };
}
