import type { StoredSegment, TimeRange } from '@hourglass/query/catalogue';
import type { SegmentOwner } from '../segments/segment.ts';

export type BatchDeletion =
  | { readonly kind: 'deleted'; readonly found: FoundFacts }
  /** The environment has no such batch. */
  | { readonly kind: 'unknown' }
  /** Its records have replaced earlier ones, which are lost. */
  | { readonly kind: 'records' }
  /** It was sealed by an earlier version, whose segments do not contain the numbers of batches. */
  | { readonly kind: 'untraceable' };

/** Facts of a batch or a time range, as one transaction found them. */
export interface FoundFacts {
  readonly environmentId: number;
  /** Hot facts that were visible. */
  readonly hotFacts: number;
  /** Approximate size of the hot facts in the database. 0 if they are deleted already. */
  readonly hotBytes: number;
  /** Live segments that may have some of them. `deletions` are those from before. */
  readonly segments: readonly StoredSegment[];
  /** Earlier facts were invisible already. Null: facts are kept for ever. */
  readonly expiredBeforeMs: number | null;
}

/**
 * Deletes facts in one transaction: hot facts are deleted, and facts in segments are invisible to
 * every later snapshot. The worker rewrites these segments later. Facts that are ingested afterwards
 * are not affected.
 */
export interface FactDeletions {
  deleteBatch(environmentId: number, seq: bigint): Promise<BatchDeletion>;
  /** Returns what `deleteBatch` would, and deletes nothing. */
  findBatch(environmentId: number, seq: bigint): Promise<BatchDeletion>;
  /** `owner` is not a dataset of records. */
  deleteRange(owner: SegmentOwner, range: TimeRange): Promise<FoundFacts>;
  /** Finds the facts that `deleteRange` would delete, and deletes nothing. */
  findRange(owner: SegmentOwner, range: TimeRange): Promise<FoundFacts>;
  /**
   * Finds the facts that are past a retention of `retentionDays`, by dataset. Null: the default
   * retention.
   */
  findExpired(
    environmentId: number,
    retentionDays: number | null,
  ): Promise<readonly (FoundFacts & { readonly range: TimeRange })[]>;
}
