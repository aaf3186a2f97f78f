import { mkdir } from 'node:fs/promises';
import type { ObjectStore } from '@hourglass/reports';
import { createFolderStore } from './folder-store.ts';
import type { S3Options } from './s3-client.ts';
import { createS3Store, ensureBucket } from './s3-store.ts';

/** Which store: S3 when it is set, else the folder. */
export interface ObjectStoreChoice {
  readonly folder: string;
  readonly s3: S3Options | null;
}

export function openObjectStore({ folder, s3 }: ObjectStoreChoice): ObjectStore & { close(): void } {
  if (s3 !== null) return createS3Store(s3);
  return { ...createFolderStore({ directory: folder }), close: () => undefined };
}

/** Makes what the store needs to be there before its first use: the bucket, or the folder. */
export async function prepareObjectStore({ folder, s3 }: ObjectStoreChoice): Promise<void> {
  if (s3 === null) await mkdir(folder, { recursive: true });
  else await ensureBucket(s3);
}
