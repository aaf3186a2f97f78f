import type { Dataset, UndeclaredFields } from '@hourglass/query/catalogue';
import type { TimeBounds } from '../columns/time-rule.ts';
import type { SegmentFile } from '../segments/segment.ts';
import type { SegmentObjects } from '../segments/segment-objects.ts';
import type { SegmentStore } from '../segments/segment-store.ts';

export interface NdjsonFacts {
  /** A file of whole NDJSON lines in `directory`, where the encoder may create files too. */
  readonly bodyPath: string;
  readonly directory: string;
  /** Includes the environment's custom fields. */
  readonly dataset: Dataset;
  readonly environmentId: number;
  readonly batchSeq: string;
  readonly undeclaredFields: UndeclaredFields;
  /** The times at which facts may have happened, as the row checker uses them. */
  readonly times: TimeBounds;
  readonly signal: AbortSignal;
}

/** Converts NDJSON to segments without parsing single rows in JavaScript. */
export interface SegmentEncoder {
  /**
   * Returns a segment with exactly the facts that the row checker would accept, or `declined` if a
   * line is not plain; the row checker may still accept such a line. Throws when the conversion
   * itself fails.
   */
  encode(facts: NdjsonFacts): Promise<SegmentFile | 'declined'>;
}

/** Converts large batches to segments without passing the hot table. */
export interface BulkPorts {
  readonly encoder: SegmentEncoder;
  readonly segments: Pick<SegmentStore, 'register' | 'recordEtag' | 'unregister'>;
  readonly objects: SegmentObjects;
  /** Batches with more rows are converted directly. */
  readonly maxHotRows: number;
}
