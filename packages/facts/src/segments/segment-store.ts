import type { Dataset, FactRowColumns, StoredSegment } from '@hourglass/query';
import type { IncomingSegment, SegmentFile, SegmentOwner } from './segment.ts';

/** Hot facts that are to be sealed: those of whole batches. */
export interface HotFacts {
  /** As `sealedDataset` of the query package makes it. */
  readonly dataset: Dataset;
  readonly environmentId: number;
  readonly batchSeqs: readonly bigint[];
  readonly facts: number;
}

/** When hot facts are sealed. */
export interface SealingTerms {
  /** As soon as an environment has so many hot facts of a dataset, … */
  readonly minFacts: number;
  /** … or its oldest are so old. */
  readonly maxAgeMs: number;
  /** How many go into one segment at most; a single batch may have more. */
  readonly maxFacts: number;
}

/**
 * Where facts live, in the database. Every move of facts is one transaction, and every method that moves some answers
 * false, having changed nothing, when anything that it was to move has been moved by somebody else.
 */
export interface SegmentStore {
  /** Of all owners. */
  countHotFacts(): Promise<number>;
  /** The owners whose hot facts are due, those with the most facts first. */
  listDue(terms: SealingTerms): Promise<readonly SegmentOwner[]>;
  /** Their oldest batches. Null: there are none. */
  oldestHotFacts(owner: SegmentOwner, terms: SealingTerms): Promise<HotFacts | null>;
  /** Copies them to a CSV file with a header, without the columns in which no fact has a value. */
  copyHotFacts(
    hot: HotFacts,
    target: { readonly path: string; readonly signal: AbortSignal },
  ): Promise<{ readonly facts: number; readonly columns: FactRowColumns }>;
  /** Puts a segment down before its object is written, so that an object that is left over can be found. */
  register(owner: SegmentOwner, file: SegmentFile): Promise<IncomingSegment>;
  /** The segment goes live and its facts leave the hot table. */
  seal(hot: HotFacts, segmentId: string): Promise<boolean>;
  /** The segment goes live, and those that it was made of retire. */
  replace(replaced: readonly string[], segmentId: string): Promise<boolean>;
  /** Owners with at least `minSegments` live segments. */
  listCrowded(minSegments: number): Promise<readonly SegmentOwner[]>;
  /** The live segments, oldest facts first. */
  listLive(owner: SegmentOwner): Promise<readonly StoredSegment[]>;
  /** Retires segments whose facts are all past the retention of their environment, and answers their number. */
  retireExpired(defaultRetentionDays: number | null): Promise<number>;
  /** Retires segments that were registered so long ago and never went live: whoever wrote them died. */
  retireAbandoned(incomingForMs: number): Promise<number>;
  /** Retired segments that nobody can be reading: since so long, and no query is running that began before. */
  listDeletable(retiredForMs: number, limit: number): Promise<readonly IncomingSegment[]>;
  /** Those of the keys whose segments nobody is writing any more, if anybody ever did. */
  unownedKeys(keys: readonly string[]): Promise<readonly string[]>;
  /** Once the object is gone. */
  unregister(segmentId: string): Promise<void>;
  /**
   * Runs `work` unless somebody else, in any process, is at work on the segments of this owner. This only saves
   * work that would be in vain: what keeps facts from being moved twice are the transactions.
   */
  withOwnerLock<Result>(owner: SegmentOwner, work: () => Promise<Result>): Promise<Result | null>;
}
