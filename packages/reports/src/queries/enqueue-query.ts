import type { Plan } from '@hourglass/query';
import type { Principal } from '../accounts/accounts.ts';
import type { Doorbell } from './doorbell.ts';
import { enqueuedRecord, type QueryRecord } from './query-record.ts';
import type { QueryStore } from './query-store.ts';
import { ReportError } from '../errors.ts';
import type { IdempotencyKey } from './idempotency-key.ts';
import type { QueryLabels } from './query-labels.ts';
import { LimitReached, type LimitUsage, type SubmissionLimits } from './submission-limits.ts';

export interface EnqueuePorts {
  readonly queries: QueryStore;
  readonly doorbell: Doorbell;
  /** Limits of environments without limits of their own. */
  readonly limits: SubmissionLimits;
  readonly newId: () => string;
}

export interface EnqueuedPlan {
  readonly plan: Plan;
  readonly labels: QueryLabels;
  readonly idempotencyKey?: IdempotencyKey | undefined;
}

export interface Enqueued {
  readonly record: QueryRecord;
  readonly usage: LimitUsage;
}

/**
 * Stores a plan as an `enqueued` query and wakes a worker. The query is safe once its row is
 * committed: the reconciler replaces a failed wake-up. A submission with the key of an earlier one
 * returns the earlier query and needs no wake-up.
 * @throws LimitReached; ReportError `query.key_reused`; ServiceUnavailable when nothing was stored.
 * None of these counts against the limits.
 */
export async function enqueueQuery(
  { plan, labels, idempotencyKey }: EnqueuedPlan,
  principal: Principal,
  { queries, doorbell, limits, newId }: EnqueuePorts,
): Promise<Enqueued> {
  const submission = { id: newId(), plan, submittedBy: principal.email, labels, idempotencyKey };
  const outcome = await queries.submit(submission, limits);
  if (outcome.kind === 'refused') throw new LimitReached(outcome.reason, outcome.usage);
  if (outcome.kind === 'conflict')
    throw new ReportError('query.key_reused', { key: idempotencyKey?.key ?? '' });
  if (outcome.kind === 'repeated') {
    const record = await queries.find(plan.tenant, outcome.id);
    if (record === null) throw new Error(`the query ${outcome.id} of an earlier submission is gone`);
    // Returns what the first submission returned; a poll shows the present state.
    return { record: enqueuedRecord(record), usage: outcome.usage };
  }
  const { record, usage } = outcome;
  await doorbell.wake(record.id).catch(() => undefined);
  return { record, usage };
}
