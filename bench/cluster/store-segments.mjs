import { openObjectStore, prepareObjectStore } from '@hourglass/object-store';
import { startS3Server } from '@hourglass/testing';
import { environmentId, writeSegments } from '../rivals/write-segments.mjs';

/** Starts an S3-compatible server with the segments of `writeSegments`. The files stay in the directory, for DuckDB. */
export async function storeSegments(options) {
  const written = await writeSegments(options);
  const store = await startS3Server();
  const bucket = { ...store, bucket: 'facts', region: 'us-east-1', forcePathStyle: true };
  const choice = { folder: options.directory, s3: bucket };
  await prepareObjectStore(choice);
  const objects = await openObjectStore(choice);
  const segments = [];
  for (const segment of written) {
    const key = `segments/${environmentId}/api/${segments.length}.parquet`;
    await objects.putFile(key, segment.path, { contentType: 'application/vnd.apache.parquet' });
    segments.push({ ...segment, key });
  }
  return { segments, bucket, stop: () => store.stop() };
}
