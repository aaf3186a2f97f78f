import { asAttemptFailure, failureReason, ReportImpossible } from './failure-reasons.ts';
import type { Claim, QueryStore } from './query-store.ts';
import type { RunLog, RunQueryTerms } from './run-query-ports.ts';

export interface EndedAttempt {
  readonly claim: Claim;
  readonly queries: QueryStore;
  readonly log: RunLog;
  readonly terms: RunQueryTerms;
  /** The reasons for which the attempt may have been stopped. */
  readonly signals: Readonly<Record<'shutdown' | 'cancelled' | 'lost' | 'deadline', AbortSignal>>;
}

/**
 * Records the outcome of an attempt that ended with `error`. Writes nothing when the query is no
 * longer this attempt's.
 * @throws ServiceUnavailable when the outcome cannot be written; the next attempt begins when the
 * lease lapses.
 */
export async function endAttempt(error: unknown, attempt: EndedAttempt): Promise<void> {
  const { claim, queries, log, terms, signals } = attempt;
  const fields = { queryId: claim.id, attempt: claim.attempt };
  if (signals.cancelled.aborted) {
    log.info(fields, 'stopped: the query was cancelled');
  } else if (signals.lost.aborted) {
    log.warn(fields, 'stopped: the lease was lost');
  } else if (signals.deadline.aborted) {
    const reason = failureReason('outOfTime', { seconds: terms.timeoutMs / 1000 });
    await queries.fail(claim.id, claim.attempt, { reason, fault: 'query' });
    log.warn(fields, 'failed: out of time');
  } else if (error instanceof ReportImpossible) {
    await queries.fail(claim.id, claim.attempt, { reason: error.message, fault: 'query' });
    log.info({ ...fields, reason: error.message }, 'failed: the report is impossible');
  } else if (signals.shutdown.aborted) {
    await queries.requeue(claim.id, claim.attempt, { kind: 'released' });
    log.info(fields, 'requeued: the worker is closing');
  } else {
    await retryOrFail(error, attempt);
  }
}

async function retryOrFail(error: unknown, { claim, queries, log, terms }: EndedAttempt): Promise<void> {
  const { id, attempt, failedAttempts, countedAttempt } = claim;
  const fields = { queryId: id, attempt, err: error };
  const retryAfterMs = terms.retryDelaysMs[failedAttempts];
  if (retryAfterMs === undefined || countedAttempt >= terms.maxAttempts) {
    const reason = failureReason('attemptFailed', {
      attempt: countedAttempt,
      attempts: countedAttempt,
      cause: asAttemptFailure(error).message,
    });
    await queries.fail(id, attempt, { reason, fault: 'service' });
    log.warn(fields, 'failed: no attempts left');
    return;
  }
  await queries.requeue(id, attempt, { kind: 'failed', retryAfterMs });
  log.warn({ ...fields, retryAfterMs }, 'requeued; will retry');
}
