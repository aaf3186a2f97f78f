import { mkdir } from 'node:fs/promises';
import type { ObjectStore } from '@hourglass/reports';
import { createFolderStore } from './folder-store.ts';
import type { S3Options } from './s3-client.ts';

/** Which store: S3 when it is set, else the folder. */
export interface ObjectStoreChoice {
  readonly folder: string;
  readonly s3: S3Options | null;
}

/** The S3 client is loaded only where it is used: it would be a tenth of what every process reads when it starts. */
export async function openObjectStore({
  folder,
  s3,
}: ObjectStoreChoice): Promise<ObjectStore & { close(): void }> {
  if (s3 !== null) return (await import('./s3-store.ts')).createS3Store(s3);
  return { ...createFolderStore({ directory: folder }), close: () => undefined };
}

/** Makes what the store needs to be there before its first use: the bucket, or the folder. */
export async function prepareObjectStore({ folder, s3 }: ObjectStoreChoice): Promise<void> {
  if (s3 === null) await mkdir(folder, { recursive: true });
  else await (await import('./s3-store.ts')).ensureBucket(s3);
}
