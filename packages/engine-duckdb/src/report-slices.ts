import type { BoundPlan } from '@hourglass/query';

/** Consecutive rows of a report. */
export type ReportPart = Pick<BoundPlan, 'plan' | 'keyRange'>;

/** Divides a report into slices whose rows in order are its rows. */
export interface ReportSlices {
  /** The rows that are not written yet. Null when all are written. */
  readonly remaining: ReportPart | null;
  /** Whether no slice follows the next one. */
  readonly isLast: boolean;
  /** Returns the next slice, the same one until `recordWritten` is called. */
  next(): ReportPart;
  /** Records that the slice was written in `tookMs` and had this number of rows. */
  recordWritten(rows: number, tookMs?: number): void;
  /**
   * Returns the completed share of all facts when `shareOfNext` of the next slice is complete.
   * Shares are 0 to 1.
   */
  completedShare(shareOfNext: number): number;
}
