import type { StoredSegment } from '@hourglass/query';

/** Of the keys of segments. */
export const segmentPrefix = 'segments/';

/** The part of the object store that segments need. */
export interface SegmentObjects {
  putFile(
    key: string,
    path: string,
    options: { contentType: string; signal?: AbortSignal },
  ): Promise<{ readonly bytes: number }>;
  /** Deleting what is not there succeeds. */
  delete(key: string): Promise<void>;
}

/** Brings segments to local disk, verified: a file for each, in their order, inside of `directory` and gone with it. */
export type PlaceSegments = (
  segments: readonly StoredSegment[],
  target: { readonly directory: string; readonly signal: AbortSignal },
) => Promise<readonly string[]>;
