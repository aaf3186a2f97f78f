import type { Catalogue } from '@hourglass/query';
import type { Cancellations } from './cancellations.ts';
import type { CollectFactsPorts } from './collect-facts.ts';
import type { ObjectStore } from '../results/object-store.ts';
import type { ClaimTerms, QueryStore } from './query-store.ts';
import type { EngineSettings } from './choose-engine.ts';
import type { ObjectEngine, ReportEngine } from './report-engine.ts';
import type { ArchiveWriter } from '../results/archive-writer.ts';

/** Ports of a query run. */
export interface RunQueryPorts extends CollectFactsPorts {
  readonly catalogue: Catalogue;
  readonly queries: QueryStore;
  readonly engine: ReportEngine;
  /** Null: there is none. */
  readonly cluster: ClusterPort | null;
  readonly archives: ArchiveWriter;
  readonly objects: ObjectStore;
  readonly cancellations: Cancellations;
  readonly scratch: AttemptScratch;
  readonly watchdog: Watchdog;
  /** Ends the process at a point that a test has chosen; otherwise does nothing. */
  readonly crashPoint: (point: QueryCrashPoint) => void;
  readonly log: RunLog;
}

export interface ClusterPort {
  readonly engine: ObjectEngine;
  readonly settings: EngineSettings;
  /** Counts an attempt that was computed here because the cluster was not available. */
  readonly countFallback: () => Promise<void>;
}

/** In the order in which a run reaches them. */
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
   * Calls `work` with an empty directory of that name and deletes it afterwards. The signal aborts
   * with an AttemptFailure when the directory exceeds its limit or the disk is nearly full.
   */
  within<Result>(
    work: (directory: string, overfull: AbortSignal) => Promise<Result>,
    name: string,
  ): Promise<Result>;
}

/**
 * Kills this process when an attempt is still running well after its deadline, because the code
 * that should stop it hangs.
 */
export interface Watchdog {
  watch(deadlineInMs: number): { end(): void };
}

export interface RunQueryTerms extends ClaimTerms {
  readonly resultTtlSeconds: number;
  /** Delays after the first, second, … failed attempt. One more failure fails the query. */
  readonly retryDelaysMs: readonly number[];
}
