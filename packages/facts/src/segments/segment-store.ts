import type { Dataset, FactRowColumns, StoredSegment, TimeRange } from '@hourglass/query/catalogue';
import type { MergeTerms } from './choose-merge.ts';
import type { IncomingSegment, SegmentFile, SegmentOwner } from './segment.ts';

/** Whole batches of hot facts that will be sealed together. */
export interface HotFacts {
  /** The result of `sealedDataset` in the query package. */
  readonly dataset: Dataset;
  readonly environmentId: number;
  readonly batchSeqs: readonly bigint[];
  readonly facts: number;
}

/** When hot facts are due for sealing. */
export interface SealingTerms {
  /** Due if an environment has at least this many hot facts of a dataset, … */
  readonly minFacts: number;
  /** … or if its oldest hot facts are at least this old. */
  readonly maxAgeMs: number;
  /** Maximum facts of one segment, except that a single batch may have more. */
  readonly maxFacts: number;
}

/** When hidden facts have to be removed from segments that still hold them. */
export interface RewriteTerms {
  /** Deletions of this time share one rewrite. */
  readonly deletedForMs: number;
  /** A segment that holds expired facts is rewritten at most once in this time. */
  readonly expiredForMs: number;
}

/** The live segments of an owner, and which of their facts are past the retention. */
export interface LiveSegments {
  readonly segments: readonly StoredSegment[];
  /** The names of the organization and the environment, for messages: `acme/prod`. */
  readonly environment: string;
  readonly retentionDays: number | null;
  /** Earlier facts are past their retention. Null: facts are kept for ever. */
  readonly expiredBeforeMs: number | null;
}

/** Conditions on live segments; an omitted one matches all. */
export interface LiveSegmentsFilter {
  readonly maxFacts?: number;
  readonly id?: string;
}

export interface OwnedSegment {
  readonly id: string;
  readonly owner: SegmentOwner;
}

/** Segments to replace by one, or by none if no fact is left. */
export interface Replacement {
  readonly owner: SegmentOwner;
  /** As they were read: facts that were deleted afterwards prevent the replacement. */
  readonly replaced: readonly StoredSegment[];
  readonly segmentId: string | null;
  /** Number of facts that were left out because they were deleted or before `expiredBeforeMs`. */
  readonly removed: number;
  readonly expiredBeforeMs: number | null;
}

/** Facts that are no longer in the store once the object of their segment is deleted. */
export interface RemovedFacts {
  /** The names of the organization and the environment: `acme/prod`. */
  readonly environment: string;
  readonly dataset: string;
  /** The id of the segment that held them. */
  readonly segment: string;
  readonly facts: number;
}

/**
 * Keeps track of hot facts and segments in the database. `seal` and `replace` move facts in one
 * transaction; if another process has moved any of them already, they change nothing and return
 * false.
 */
export interface SegmentStore {
  /** Counts the hot facts of all owners. */
  countHotFacts(): Promise<number>;
  /** Lists owners whose hot facts are due, beginning with the most facts. */
  listDue(terms: SealingTerms): Promise<readonly SegmentOwner[]>;
  /** Returns the owner's oldest batches, or null if there are none. */
  oldestHotFacts(owner: SegmentOwner, terms: SealingTerms): Promise<HotFacts | null>;
  /**
   * Copies hot facts with the numbers of their batches to a CSV file with a header. Columns without
   * values are left out. Returns null if some of the facts were moved or deleted meanwhile.
   */
  copyHotFacts(
    hot: HotFacts,
    target: { readonly path: string; readonly signal: AbortSignal },
  ): Promise<{ readonly facts: number; readonly columns: FactRowColumns } | null>;
  /**
   * Inserts a segment's row before its object is written, so that a left-over object can be found.
   */
  register(owner: SegmentOwner, file: SegmentFile): Promise<IncomingSegment>;
  /** Records the ETag that the object store gave the segment. */
  recordEtag(segment: Pick<IncomingSegment, 'id' | 'environmentId'>, etag: string): Promise<void>;
  /** Makes the segment live and deletes its facts from the hot table. */
  seal(hot: HotFacts, segmentId: string): Promise<boolean>;
  /** Retires segments and makes the one live to which their remaining facts were written. */
  replace(replacement: Replacement): Promise<boolean>;
  /** Lists the owners for which `chooseMerge` finds segments, most segments first. */
  listMergeable(terms: MergeTerms): Promise<readonly SegmentOwner[]>;
  /** Lists live segments that hold hidden facts for too long, at most `limit`. */
  listRewritable(terms: RewriteTerms, limit: number): Promise<readonly OwnedSegment[]>;
  /** Lists the live segments that meet the conditions, oldest facts first. */
  listLive(owner: SegmentOwner, filter?: LiveSegmentsFilter): Promise<LiveSegments>;
  /** Lists the live segments that may have facts in the range. Null: the environment does not exist. */
  listInRange(owner: SegmentOwner, range: TimeRange): Promise<LiveSegments | null>;
  /** Retires segments whose facts are all past their environment's retention, a thousand of each, and returns them. */
  retireExpired(): Promise<readonly RemovedFacts[]>;
  /**
   * Retires segments that have been incoming for this long: the process that wrote them has died.
   */
  retireAbandoned(incomingForMs: number): Promise<number>;
  /**
   * Lists segments that retired at least `retiredForMs` ago, and before the start of every running
   * query.
   */
  listDeletable(retiredForMs: number, limit: number): Promise<readonly IncomingSegment[]>;
  /** Returns those of the ids that no live segment has. */
  goneSegments(ids: readonly string[]): Promise<readonly string[]>;
  /** Returns the keys that do not belong to an incoming segment. */
  unownedKeys(keys: readonly string[]): Promise<readonly string[]>;
  /** Deletes the segment's row. Its object has to be deleted before. */
  unregister(segment: Pick<IncomingSegment, 'id' | 'environmentId'>): Promise<void>;
  /**
   * Runs `work` while holding the owner's lock. Returns null without running it if the lock is
   * held, in this process or another one. The lock only saves wasted work: the transactions keep
   * facts from being moved twice.
   */
  withOwnerLock<Result>(owner: SegmentOwner, work: () => Promise<Result>): Promise<Result | null>;
}
