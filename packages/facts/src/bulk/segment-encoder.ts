import type { Dataset, UndeclaredFields } from '@hourglass/query';
import type { SegmentFile } from '../segments/segment.ts';
import type { SegmentObjects } from '../segments/segment-objects.ts';
import type { SegmentStore } from '../segments/segment-store.ts';

export interface NdjsonFacts {
  /** Whole lines of NDJSON in `directory`, which the encoder may also use for files of its own. */
  readonly bodyPath: string;
  readonly directory: string;
  /** With the custom fields of the environment. */
  readonly dataset: Dataset;
  readonly environmentId: number;
  readonly undeclaredFields: UndeclaredFields;
  /** As of the checker of rows. */
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Makes segments of NDJSON without looking at single rows in JavaScript. */
export interface SegmentEncoder {
  /**
   * The segment has exactly the facts that the checker of rows makes of these lines. `declined`: some line is not one of
   * those that are certain to pass, which the checker may still accept. Throws when the conversion itself fails.
   */
  encode(facts: NdjsonFacts): Promise<SegmentFile | 'declined'>;
}

/** How batches become segments without passing the hot table. */
export interface BulkPorts {
  readonly encoder: SegmentEncoder;
  readonly segments: Pick<SegmentStore, 'register' | 'unregister'>;
  readonly objects: SegmentObjects;
  /** Batches with more rows go this way. */
  readonly maxHotRows: number;
  /** For folders of bodies that are too large for the memory. */
  readonly scratchDirectory: string;
}
