import type { BoundPlan, StoredSegment } from '@hourglass/query';

/** The facts of a plan as one snapshot saw them: hot ones in a file that the engine can read, the others in segments. */
export interface FactSnapshot {
  /** CSV with a header of column names, as `hotFactsColumns` of the query package lists them. */
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
  snapshot(boundPlan: BoundPlan, target: SnapshotTarget): Promise<FactSnapshot>;
}
