import type { Dataset, FactRowColumns, SegmentColumn, StoredSegment } from '@hourglass/query';

/** One immutable Parquet file of sorted facts, on local disk, before it is stored. */
export interface SegmentFile {
  readonly path: string;
  readonly bytes: number;
  /** Of the whole file, hex. */
  readonly sha256: string;
  readonly facts: number;
  /** Of the oldest and of the newest fact, both included. Milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The value columns. A column that is not there is null for every fact. */
  readonly columns: readonly SegmentColumn[];
}

/** Whose facts a segment holds: of one environment and one dataset. */
export interface SegmentOwner {
  readonly environmentId: number;
  readonly dataset: string;
}

/** A segment whose object is to be written: `key` is where. */
export interface IncomingSegment {
  readonly id: string;
  readonly key: string;
}

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
  hotFacts(owner: SegmentOwner, terms: SealingTerms): Promise<HotFacts | null>;
  /** Copies them to a CSV file with a header, without the columns in which no fact has a value. */
  copy(
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
  live(owner: SegmentOwner): Promise<readonly StoredSegment[]>;
  /** Retires segments whose facts are all past the retention of their environment, and answers their number. */
  retireExpired(defaultRetentionDays: number | null): Promise<number>;
  /** Retires segments that were registered so long ago and never went live: whoever wrote them died. */
  retireAbandoned(incomingForMs: number): Promise<number>;
  /** Retired segments that nobody can be reading: since so long, and no query is running that began before. */
  listUnread(retiredForMs: number, limit: number): Promise<readonly IncomingSegment[]>;
  /** Those of the keys whose segments nobody is writing any more, if anybody ever did. */
  withoutWriter(keys: readonly string[]): Promise<readonly string[]>;
  /** Once the object is gone. */
  forget(segmentId: string): Promise<void>;
  /**
   * Runs `work` unless somebody else, in any process, is at work on the segments of this owner. This only saves
   * work that would be in vain: what keeps facts from being moved twice are the transactions.
   */
  withOwnerLock<Result>(owner: SegmentOwner, work: () => Promise<Result>): Promise<Result | null>;
}

/** The writer's memory or temporary disk does not suffice: fewer facts at a time may. */
export class SegmentTooLarge extends Error {
  constructor(options: ErrorOptions) {
    super('The segment needs more memory or temporary disk than there is for writing one', options);
    this.name = 'SegmentTooLarge';
  }
}

/** Writes segments. Files are made in `directory`. Throws `SegmentTooLarge` and what the engine throws. */
export interface SegmentWriter {
  /** Of copied hot facts. */
  seal(task: {
    readonly csvPath: string;
    /** Of the file. */
    readonly columns: FactRowColumns;
    readonly directory: string;
    readonly signal: AbortSignal;
  }): Promise<SegmentFile>;
  /** Of other segments, also of ones that lack columns that others have. */
  merge(task: {
    readonly segments: readonly { readonly path: string; readonly columns: readonly SegmentColumn[] }[];
    readonly directory: string;
    readonly signal: AbortSignal;
  }): Promise<SegmentFile>;
}

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

/** Where a test may end the process. Does nothing otherwise. */
export type CrashPoint = (name: string) => void;
