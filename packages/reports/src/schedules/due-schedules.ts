import type { Plan, Tenant } from '@hourglass/query';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { RunOverrides } from '../saved-reports/run-report.ts';
import type { ReportDefinition } from '../saved-reports/saved-report.ts';
import type { CatchUp, ScheduleRunState, StopReason } from './schedule.ts';

/** A schedule whose due time has passed. All times are the database's. */
export interface ClaimedSchedule {
  readonly id: string;
  readonly tenant: Tenant;
  readonly cron: string;
  readonly timeZone: string;
  readonly catchUp: CatchUp;
  readonly dueAt: Date;
  readonly claimedAt: Date;
  /** Since when limits refuse the due run. Null: they did not. */
  readonly refusedSince: Date | null;
  /** How often they refused it. */
  readonly refusals: number;
}

/** The report of a due run, or why there is none. */
export type DueRun =
  | { readonly kind: 'stop'; readonly reason: StopReason }
  | {
      readonly kind: 'run';
      readonly report: string;
      readonly definition: ReportDefinition;
      readonly overrides: RunOverrides;
      /** Address of the user whose query it is. */
      readonly madeBy: string;
    };

export interface ScheduledQuery {
  readonly id: string;
  readonly plan: Plan;
  readonly name: string | undefined;
  readonly report: string;
  readonly submittedBy: string;
  readonly audit: AuditEvent;
}

export interface SubmitTerms {
  readonly nextDueAt: Date | null;
  /** For environments without a limit of their own. */
  readonly defaultMaxActive: number;
  readonly retryAfterMs: number;
}

/** `lost`: another worker was faster, or the schedule was changed. */
export type SubmittedRun = 'submitted' | 'postponed' | 'lost';

/** A due time, or several, that become no query. */
export interface UnsubmittedRun {
  readonly state: Extract<ScheduleRunState, 'missed' | 'refused' | 'invalid'>;
  /** Null: that of its refusals, if there were any. */
  readonly reason: string | null;
  /** The last of several due times. */
  readonly lastDueAt: Date;
  readonly dueTimes: number;
  readonly nextDueAt: Date | null;
}

/** A run whose query has ended. */
export interface EndedRun {
  readonly scheduleId: string;
  readonly environmentId: number;
  readonly dueAt: Date;
  readonly queryId: string;
  /** `empty`: completed without rows, and the schedule skips empty results. */
  readonly state: Extract<ScheduleRunState, 'completed' | 'empty' | 'failed' | 'cancelled'>;
}

/**
 * The schedules of all tenants, for workers. Each write is one transaction that records the run and
 * moves the schedule to its next due time, on condition that the claimed due time is still the next
 * one. So a due time is written by one worker, however many claimed it.
 */
export interface DueSchedules {
  /**
   * Claims at most `limit` schedules that are due, longest due first. Other workers do not claim
   * them for `claimMs`. Schedules of suspended organizations are not due.
   */
  claim(limit: number, claimMs: number): Promise<readonly ClaimedSchedule[]>;
  /** Null: the schedule was changed or deleted since. */
  findRun(schedule: ClaimedSchedule): Promise<DueRun | null>;
  /**
   * Submits the due run, unless the environment has as many active scheduled queries as it may: then
   * the run is recorded as refused, and the schedule claimed again after `retryAfterMs`. A query of the
   * same id is not submitted again.
   */
  submit(schedule: ClaimedSchedule, query: ScheduledQuery, terms: SubmitTerms): Promise<SubmittedRun>;
  /** False: lost. */
  skip(schedule: ClaimedSchedule, run: UnsubmittedRun): Promise<boolean>;
  /** Stops the schedule, with an event. False: lost. */
  stop(schedule: ClaimedSchedule, reason: StopReason): Promise<boolean>;
  /**
   * Records the outcome of at most `limit` runs whose queries have ended, each once. What follows an
   * outcome, such as a delivery, belongs into this transaction.
   */
  settleEnded(limit: number): Promise<readonly EndedRun[]>;
  /** Deletes at most `limit` runs that are older, and returns their number. */
  deleteExpiredRuns(terms: { readonly days: number; readonly limit: number }): Promise<number>;
}
