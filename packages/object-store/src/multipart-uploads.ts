import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { IncompleteObject } from '@hourglass/reports';
import type { Bucket } from './s3-bucket.ts';
import { requested } from './s3-errors.ts';

/**
 * A part in flight when its upload is aborted can bring the upload back, so aborting is repeated
 * until it is gone.
 */
const maxAbortRounds = 5;

/**
 * Lists and aborts the multipart uploads of a bucket that were begun and not completed, by any
 * process.
 */
export interface MultipartUploads {
  listOpen(prefix: string): AsyncIterable<IncompleteObject>;
  /**
   * Aborts the open uploads of `key`; if the store is unavailable, `abortAbandoned` retries. Never
   * rejects.
   */
  abortUploadsOf(key: string): Promise<void>;
  /** Aborts the uploads that `abortUploadsOf` could not, except of keys that are in use. */
  abortAbandoned(isInUse: (key: string) => boolean): Promise<void>;
}

export function createMultipartUploads(bucket: Bucket): MultipartUploads {
  const abandoned = new Set<string>();

  async function abortUploadsOf(key: string): Promise<void> {
    abandoned.add(key);
    try {
      for (let round = 1; round <= maxAbortRounds; round += 1) {
        const ids = await openUploadIds(bucket, key);
        if (ids.length === 0) {
          abandoned.delete(key);
          return;
        }
        for (const id of ids) await abortUpload(bucket, key, id);
      }
    } catch {
      // The store is unavailable: `key` stays in `abandoned`.
    }
  }

  return {
    abortUploadsOf,
    listOpen: (prefix) => listOpenUploads(bucket, prefix),
    async abortAbandoned(isInUse) {
      for (const key of abandoned) if (!isInUse(key)) await abortUploadsOf(key);
    },
  };
}

async function openUploadIds({ client, name }: Bucket, key: string): Promise<string[]> {
  const command = new ListMultipartUploadsCommand({ Bucket: name, Prefix: key });
  const { Uploads = [] } = await client.send(command);
  return Uploads.flatMap(({ Key, UploadId }) => (Key === key && UploadId !== undefined ? [UploadId] : []));
}

async function abortUpload({ client, name }: Bucket, key: string, id: string): Promise<void> {
  try {
    await client.send(new AbortMultipartUploadCommand({ Bucket: name, Key: key, UploadId: id }));
  } catch (error) {
    if (!(error instanceof S3ServiceException && error.name === 'NoSuchUpload')) throw error;
  }
}

async function* listOpenUploads(bucket: Bucket, prefix: string): AsyncGenerator<IncompleteObject> {
  let next: Pick<ListMultipartUploadsCommandInput, 'KeyMarker' | 'UploadIdMarker'> | null = {};
  while (next !== null) {
    const command = new ListMultipartUploadsCommand({ Bucket: bucket.name, Prefix: prefix, ...next });
    const page: ListMultipartUploadsCommandOutput = await requested(bucket.client.send(command));
    for (const { Key: key, UploadId: id } of page.Uploads ?? [])
      if (key !== undefined && id !== undefined)
        yield { key, discard: () => requested(abortUpload(bucket, key, id)) };
    next = page.IsTruncated === true ? nextMarkers(page) : null;
  }
}

function nextMarkers({ NextKeyMarker, NextUploadIdMarker }: ListMultipartUploadsCommandOutput) {
  return {
    ...(NextKeyMarker !== undefined && { KeyMarker: NextKeyMarker }),
    ...(NextUploadIdMarker !== undefined && { UploadIdMarker: NextUploadIdMarker }),
  };
}
