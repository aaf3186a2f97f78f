import { ReportError } from '../errors.ts';

/** What an environment may submit. The hour is a rolling one. */
export interface SubmissionLimits {
  readonly queriesPerHour: number;
  /** Enqueued and running queries together. */
  readonly activeQueries: number;
}

/** How much of its limits an environment has used, by the database's clock. */
export interface LimitUsage {
  /** The limits in force: the environment's own, else those of the settings. */
  readonly limits: SubmissionLimits;
  /** Accepted within the last hour, without those that failed by a fault of ours. */
  readonly submittedInHour: number;
  readonly active: number;
  /**
   * 1 to 3600. With submissions left: until the oldest one leaves the hour. With none left: until the next one
   * would be accepted. 3600 when nothing was submitted.
   */
  readonly secondsToReset: number;
}

export type LimitReason = 'submissions' | 'active';

/** Nothing tells when a query will end; often enough for a person who waits, seldom enough for the server. */
const retryAfterActiveSeconds = 30;

/** The submission was refused and does not count. */
export class LimitReached extends ReportError {
  readonly usage: LimitUsage;
  /** Whole seconds; for `submissions` the first at which a submission can be accepted. */
  readonly retryAfterSeconds: number;

  constructor(reason: LimitReason, usage: LimitUsage) {
    const { limits, secondsToReset } = usage;
    const seconds = reason === 'submissions' ? secondsToReset : retryAfterActiveSeconds;
    const limit = reason === 'submissions' ? limits.queriesPerHour : limits.activeQueries;
    super(`limit.${reason}`, { limit, seconds });
    this.name = 'LimitReached';
    this.usage = usage;
    this.retryAfterSeconds = seconds;
  }
}
