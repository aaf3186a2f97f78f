import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { segmentPrefixOf, type StoredSegment } from '@hourglass/query';
import {
  assertKeyBelow,
  createSemaphore,
  ServiceUnavailable,
  type ObjectStore,
  type SegmentFiles,
} from '@hourglass/reports';
import type { ObjectStoreChoice } from './open-object-store.ts';
import { createSegmentCache, type SegmentCacheOptions } from './segment-cache.ts';
import { linkOrCopy, requireSize } from './segment-links.ts';

/** The number of segments that one process fetches at a time. */
const concurrentFetches = 4;

/**
 * Provides segments as links in a task's directory: to the files of the folder store, or to a cache
 * of S3. A link keeps the bytes while the directory exists, even when the segment is deleted or
 * evicted meanwhile.
 */
export function createSegmentFiles(
  { folder, s3 }: ObjectStoreChoice,
  { objects, cache }: { readonly objects: ObjectStore; readonly cache: SegmentCacheOptions },
): SegmentFiles {
  const semaphore = createSemaphore(concurrentFetches);
  const linkSegment =
    s3 === null
      ? linkFromFolder(path.resolve(folder, 'objects'))
      : createSegmentCache(objects, cache).linkSegment;
  return {
    async place(segments, { environmentId, directory, signal, onPlaced }) {
      for (const { key } of segments) assertKeyBelow(key, segmentPrefixOf(environmentId));
      const target = path.join(directory, 'segments');
      await mkdir(target, { recursive: true });
      return Promise.all(
        segments.map((segment) =>
          semaphore.run(signal, async () => {
            const file = path.join(target, `${segment.id}.parquet`);
            await linkSegment(segment, file, signal);
            onPlaced?.();
            return file;
          }),
        ),
      );
    },
  };
}

function linkFromFolder(objectsFolder: string) {
  return async (segment: StoredSegment, file: string): Promise<void> => {
    try {
      await linkOrCopy(path.join(objectsFolder, segment.key), file);
    } catch (error) {
      throw new ServiceUnavailable('object store', error);
    }
    await requireSize(file, segment);
  };
}
