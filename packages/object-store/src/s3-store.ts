import type { ObjectStore } from '@hourglass/reports';
import { assertObjectKey, assertObjectPrefix } from './object-key.ts';
import { checkBucket } from './s3-bucket.ts';
import { connect, type S3Options } from './s3-client.ts';
import { deleteObject, listObjects, readObject, statObject } from './s3-objects.ts';
import { createUploader } from './s3-upload.ts';

export { ensureBucket } from './s3-bucket.ts';

/**
 * Creates the store of an existing bucket. A process killed during an upload leaves a multipart
 * upload open: those of archives are swept, and a lifecycle rule of the bucket should abort those
 * of segments after a day.
 */
export function createS3Store(options: S3Options): ObjectStore & { close(): void } {
  const client = connect(options);
  const bucket = { client, name: options.bucket };
  const uploader = createUploader(bucket, options);
  return {
    stat: (key) => statObject(bucket, key),
    read: (key, range) => readObject(bucket, key, range),
    async putFile(key, path, { contentType, signal }) {
      assertObjectKey(key);
      return uploader.upload({ key, path, contentType, signal });
    },
    delete: (key) => deleteObject(bucket, key),
    list: (prefix) => listObjects(bucket, prefix),
    listIncomplete(prefix) {
      assertObjectPrefix(prefix);
      return uploader.listOpen(prefix);
    },
    async check() {
      await checkBucket(bucket);
      await uploader.abortAbandoned();
    },
    close: () => client.destroy(),
  };
}
