export {
  createLazyBucketSender,
  openObjectStore,
  prepareObjectStore,
  type ObjectStoreChoice,
} from './open-object-store.ts';
export type { S3Options } from './s3-client.ts';
export { createPartialFiles } from './partials/partial-files.ts';
export { createSegmentFiles } from './segment-files.ts';
