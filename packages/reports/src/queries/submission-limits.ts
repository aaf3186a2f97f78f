import { RetryLater } from '../errors.ts';

/** Submission limits of an environment. The hour is a rolling hour. */
export interface SubmissionLimits {
  readonly queriesPerHour: number;
  /** Enqueued and running queries together. */
  readonly activeQueries: number;
}

/** An environment's usage of its limits, by the database's clock. */
export interface LimitUsage {
  /** The limits in force: the environment's own, otherwise the defaults. */
  readonly limits: SubmissionLimits;
  /**
   * Submissions accepted within the last hour, without queries that failed through a fault of the
   * service.
   */
  readonly submittedInHour: number;
  readonly active: number;
  /**
   * 1 to 3600. With submissions left: seconds until the oldest one leaves the hour. With none left:
   * seconds until the next one would be accepted. 3600 when nothing was submitted.
   */
  readonly secondsToReset: number;
}

export type LimitReason = 'submissions' | 'active';

/**
 * The end of a running query is unknown. Short enough for an interactive user, long enough for the
 * server.
 */
const retryAfterActiveSeconds = 30;

/** A refused submission, which does not count against the limits. */
export class LimitReached extends RetryLater {
  readonly usage: LimitUsage;

  constructor(reason: LimitReason, usage: LimitUsage) {
    const { limits, secondsToReset } = usage;
    // For `submissions` the first second at which a submission can be accepted.
    const seconds = reason === 'submissions' ? secondsToReset : retryAfterActiveSeconds;
    const limit = reason === 'submissions' ? limits.queriesPerHour : limits.activeQueries;
    super(`limit.${reason}`, seconds, { limit });
    this.name = 'LimitReached';
    this.usage = usage;
  }
}
