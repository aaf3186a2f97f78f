import { mkdir } from 'node:fs/promises';
import type { BucketSender, ObjectStore } from '@hourglass/reports';
import type { BucketSenderOptions } from './bucket-sender.ts';
import { createFolderStore } from './folder-store.ts';
import type { S3Options } from './s3-client.ts';

/** Selects the store: S3 when `s3` is set, else the folder. */
export interface ObjectStoreChoice {
  readonly folder: string;
  readonly s3: S3Options | null;
}

/**
 * Opens the store. Loads the S3 client on demand: it is a tenth of the code that a process loads at
 * its start.
 */
export async function openObjectStore({
  folder,
  s3,
}: ObjectStoreChoice): Promise<ObjectStore & { close(): void }> {
  if (s3 !== null) return (await import('./s3-store.ts')).createS3Store(s3);
  return { ...createFolderStore({ directory: folder }), close: () => undefined };
}

/** Creates the bucket or the folder, unless it exists. */
export async function prepareObjectStore({ folder, s3 }: ObjectStoreChoice): Promise<void> {
  if (s3 === null) await mkdir(folder, { recursive: true });
  else await (await import('./s3-store.ts')).ensureBucket(s3);
}

/** Creates a sender to buckets of clients, which loads the S3 client on demand. */
export function createLazyBucketSender(options: BucketSenderOptions): BucketSender {
  return {
    async put(target, file, signal) {
      const { createBucketSender } = await import('./bucket-sender.ts');
      return createBucketSender(options).put(target, file, signal);
    },
  };
}
