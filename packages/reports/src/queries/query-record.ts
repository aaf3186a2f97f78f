import type { Plan } from '@hourglass/query';
import type { AttemptPhase } from './progress.ts';
import type { QueryLabels } from './query-labels.ts';
import type { QueryState } from './query-states.ts';

/** The row of a query in PostgreSQL. All times come from the database's clock. */
export interface QueryRecord {
  readonly id: string;
  readonly plan: Plan;
  readonly state: QueryState;
  /** Number of the newest attempt; 0 before the first. Only the newest attempt may publish. */
  readonly attempt: number;
  /** 0 to 100. Never decreases, not even when another attempt begins. */
  readonly progressPercent: number;
  /** Phase of the newest attempt. Null before the first. */
  readonly phase: AttemptPhase | null;
  /**
   * Facts read by the attempt that completed the query, or by the furthest attempt so far. Null before the first
   * attempt.
   */
  readonly rowsScanned: number | null;
  readonly submittedBy: string;
  /** The query whose run made the result, if another one did. */
  readonly reusedFrom: string | null;
  /** Whether it was submitted while an equal query was active, whose result it waits for. */
  readonly hasJoined: boolean;
  readonly labels: QueryLabels;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly failure: string | null;
  readonly result: QueryResult | null;
}

export interface QueryResult {
  readonly archiveKey: string;
  readonly archiveBytes: number;
  /** MD5 in hex. Null for results of versions that did not compute it. */
  readonly archiveMd5: string | null;
  readonly rows: number;
  /** Total size of the parts as stored; `resultFileSize` in the contract. */
  readonly gzipBytes: number;
  readonly executionMs: number;
  readonly expiresAt: Date;
}

type SubmittedFields = Pick<QueryRecord, 'id' | 'plan' | 'submittedBy' | 'labels' | 'createdAt'>;

/** Returns the record of a query as its submission stores it, before the first attempt. */
export function enqueuedRecord({ id, plan, submittedBy, labels, createdAt }: SubmittedFields): QueryRecord {
  return {
    id,
    plan,
    state: 'enqueued',
    attempt: 0,
    progressPercent: 0,
    phase: null,
    rowsScanned: null,
    submittedBy,
    reusedFrom: null,
    hasJoined: false,
    labels,
    createdAt,
    updatedAt: createdAt,
    failure: null,
    result: null,
  };
}
