import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { StoredSegment } from '@hourglass/query';
import { createSemaphore, ServiceUnavailable, type ObjectStore, type SegmentFiles } from '@hourglass/reports';
import type { ObjectStoreChoice } from './open-object-store.ts';
import { createSegmentCache, type SegmentCacheOptions } from './segment-cache.ts';
import { linkOrCopy, requireSize } from './segment-links.ts';

/** Segments that one process fetches at a time. */
const concurrentFetches = 4;

/**
 * Segments of a folder are linked to where they lie; those of S3 are linked to a cache. A link keeps the bytes as long
 * as the task's directory is there, whoever deletes the segment or evicts it meanwhile.
 */
export function createSegmentFiles(
  { folder, s3 }: ObjectStoreChoice,
  { objects, cache }: { readonly objects: ObjectStore; readonly cache: SegmentCacheOptions },
): SegmentFiles {
  const semaphore = createSemaphore(concurrentFetches);
  const put =
    s3 === null ? linkFrom(path.resolve(folder, 'objects')) : createSegmentCache(objects, cache).put;
  return {
    async place(segments, { directory, signal, onPlaced }) {
      const target = path.join(directory, 'segments');
      await mkdir(target, { recursive: true });
      return Promise.all(
        segments.map((segment) =>
          semaphore.run(signal, async () => {
            const file = path.join(target, `${segment.id}.parquet`);
            await put(segment, file, signal);
            onPlaced?.();
            return file;
          }),
        ),
      );
    },
  };
}

function linkFrom(objectsFolder: string) {
  return async (segment: StoredSegment, file: string): Promise<void> => {
    try {
      await linkOrCopy(path.join(objectsFolder, segment.key), file);
    } catch (error) {
      throw new ServiceUnavailable('object store', error);
    }
    await requireSize(file, segment);
  };
}
