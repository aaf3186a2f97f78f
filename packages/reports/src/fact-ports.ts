import type { Plan, StoredSegment } from '@hourglass/query';

/** The facts of a plan as one snapshot saw them: hot ones in a file that the engine can read, the others in segments. */
export interface FactSnapshot {
  /** CSV with a header of column names, as `hotFactsColumns(plan)` of the query package lists them. */
  readonly hotFactsPath: string;
  /**
   * CSV with a header of `day`, `currency` and `rate` to the plan's target currency: one row for each currency and
   * day of the range that has a rate. Absent when the plan has no target currency.
   */
  readonly exchangeRatesPath?: string;
  readonly hotRows: number;
  /** Those that may have facts of the plan's range, oldest first. */
  readonly segments: readonly StoredSegment[];
  /** Sequence number of the newest batch that the snapshot contains; null when there is none. */
  readonly watermark: bigint | null;
  /** When the snapshot was taken, by the database's clock. */
  readonly takenAt: Date;
}

export interface SnapshotTarget {
  readonly directory: string;
  readonly signal: AbortSignal;
  /** What the database ends by itself, also when nobody is left who could abort it. */
  readonly timeoutMs: number;
}

export interface FactSource {
  /** Copies what the plan needs, inside one REPEATABLE READ snapshot, to `directory`. */
  snapshot(plan: Plan, target: SnapshotTarget): Promise<FactSnapshot>;
}

/** Brings segments from the object store to local disk. */
export interface SegmentFiles {
  /**
   * A verified file for each segment, in their order, inside of `directory` and gone with it. `onPlaced` is called
   * for each. Throws ServiceUnavailable when one cannot be had.
   */
  readonly place: (
    segments: readonly StoredSegment[],
    target: { directory: string; signal: AbortSignal; onPlaced?: () => void },
  ) => Promise<readonly string[]>;
}

/** A snapshot with all of its facts on local disk. */
export interface FactFiles extends Omit<FactSnapshot, 'segments'> {
  readonly segments: readonly PlacedSegment[];
}

export interface PlacedSegment extends Pick<StoredSegment, 'facts' | 'firstMs' | 'lastMs' | 'columns'> {
  readonly path: string;
}
