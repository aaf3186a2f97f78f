import type { BoundPlan, StoredSegment } from '@hourglass/query';

/**
 * The facts of a plan in one snapshot: hot facts in a file for the engine, sealed facts in
 * segments.
 */
export interface FactSnapshot {
  /**
   * Path of a CSV file whose header names the columns, as `hotFactsColumns` of the query package
   * lists them. The file may be missing when `hotRows` is 0.
   */
  readonly hotFactsPath: string;
  /**
   * Path of a CSV file with the columns `day`, `currency` and `rate`. It has one row for each
   * currency and each day of the range with a rate to the plan's target currency. Absent when the
   * plan has no target currency.
   */
  readonly exchangeRatesPath?: string;
  readonly hotRows: number;
  /** Segments that may contain facts of the plan's range, oldest first. */
  readonly segments: readonly StoredSegment[];
  /** Earlier facts of segments are past their retention and not read. Null: facts are kept for ever. */
  readonly expiredBeforeMs: number | null;
  /** Sequence number of the newest batch in the snapshot. Null when there is none. */
  readonly watermark: bigint | null;
  /** Time of the snapshot by the database's clock. */
  readonly takenAt: Date;
}

export interface SnapshotTarget {
  readonly directory: string;
  readonly signal: AbortSignal;
  /** The database cancels statements after this time, even when this process is dead. */
  readonly timeoutMs: number;
}

export interface FactSource {
  /** Copies the facts that the plan reads to `directory`, in one REPEATABLE READ snapshot. */
  snapshot(boundPlan: BoundPlan, target: SnapshotTarget): Promise<FactSnapshot>;
}
