import type { Plan } from '@hourglass/query';
import type { AttemptPhase } from './progress.ts';
import type { QueryLabels } from './query-labels.ts';
import type { QueryState } from './query-states.ts';

/** What Postgres knows of a query. Times come from the database's clock, the only one that decides. */
export interface QueryRecord {
  readonly id: string;
  readonly plan: Plan;
  readonly state: QueryState;
  /** Number of the newest attempt; 0 before the first. Only that attempt may publish. */
  readonly attempt: number;
  /** 0 to 100, never going backwards, also over attempts. */
  readonly progressPercent: number;
  /** Of the newest attempt. Null before the first. */
  readonly phase: AttemptPhase | null;
  /** Facts that were read, by the attempt that completed the query or by the one that came furthest. Null before the first. */
  readonly rowsScanned: number | null;
  readonly submittedBy: string;
  readonly labels: QueryLabels;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly failure: string | null;
  readonly result: QueryResult | null;
}

export interface QueryResult {
  readonly archiveKey: string;
  readonly archiveBytes: number;
  /** Hex; null for results of versions that did not compute it. */
  readonly archiveMd5: string | null;
  readonly rows: number;
  /** Sum of the gzip parts, which is what the contract's `resultFileSize` shows. */
  readonly gzipBytes: number;
  readonly executionMs: number;
  readonly expiresAt: Date;
}
