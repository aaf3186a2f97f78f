export { createFolderStore } from './folder-store.ts';
export { createBucket, createS3Store } from './s3-store.ts';
export type { S3Options } from './s3-client.ts';
