import type { StoredSegment } from '@hourglass/query/catalogue';

/** The part of the object store that segments need. */
export interface SegmentObjects {
  putFile(
    key: string,
    path: string,
    options: { contentType: string; signal?: AbortSignal },
  ): Promise<{ readonly bytes: number; readonly etag: string }>;
  /** Succeeds if the object does not exist. */
  delete(key: string): Promise<void>;
}

/**
 * Makes verified files of an environment's segments in `directory`. Returns their paths in the order
 * of the segments.
 */
export type PlaceSegments = (
  segments: readonly StoredSegment[],
  target: { readonly environmentId: number; readonly directory: string; readonly signal: AbortSignal },
) => Promise<readonly string[]>;
