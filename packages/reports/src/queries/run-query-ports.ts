import type { Catalogue } from '@hourglass/query';
import type { Cancellations } from './cancellations.ts';
import type { CollectFactsPorts } from './collect-facts.ts';
import type { ObjectStore } from '../results/object-store.ts';
import type { ClaimTerms, QueryStore } from './query-store.ts';
import type { ReportEngine } from './report-engine.ts';
import type { ArchiveWriter } from '../results/archive-writer.ts';

/** What running a query needs. */
export interface RunQueryPorts extends CollectFactsPorts {
  readonly catalogue: Catalogue;
  readonly queries: QueryStore;
  readonly engine: ReportEngine;
  readonly archives: ArchiveWriter;
  readonly objects: ObjectStore;
  readonly cancellations: Cancellations;
  readonly scratch: AttemptScratch;
  readonly watchdog: Watchdog;
  /** Where a test may end the process. Does nothing otherwise. */
  readonly crashPoint: (point: QueryCrashPoint) => void;
  readonly log: RunLog;
}

/** In the order in which a run comes to them. */
export const queryCrashPoints = [
  'query.claimed',
  'query.computing',
  'query.packing',
  'query.storing',
  'query.stored',
  'query.published',
  'query.ended',
] as const;
export type QueryCrashPoint = (typeof queryCrashPoints)[number];

export interface RunLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface AttemptScratch {
  /**
   * Calls `work` with an empty folder of that name, which is gone afterwards. The signal aborts, with an AttemptFailure, when
   * the folder or the disk becomes too full.
   */
  within<Result>(
    work: (directory: string, overfull: AbortSignal) => Promise<Result>,
    name: string,
  ): Promise<Result>;
}

/** Ends this process when an attempt is still there long after its deadline: whatever should have stopped it hangs. */
export interface Watchdog {
  watch(deadlineInMs: number): { end(): void };
}

export interface RunQueryTerms extends ClaimTerms {
  readonly resultTtlSeconds: number;
  /** How long a query waits after its first, second, … attempt that failed. One more failure ends it. */
  readonly retryDelaysMs: readonly number[];
}
