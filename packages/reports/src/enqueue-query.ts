import type { Plan } from '@hourglass/query';
import type { Doorbell, Principal, QueryRecord, QueryStore } from './ports.ts';
import type { QueryLabels } from './query-labels.ts';
import { LimitReached, type LimitUsage, type SubmissionLimits } from './submission-limits.ts';

export interface EnqueuePorts {
  readonly queries: QueryStore;
  readonly doorbell: Doorbell;
  /** Of environments without limits of their own. */
  readonly limits: SubmissionLimits;
  readonly newId: () => string;
}

export interface Enqueued {
  readonly record: QueryRecord;
  readonly usage: LimitUsage;
}

/**
 * Puts a plan down as an `enqueued` query. It is safe once its row is committed; a ring that fails after that is
 * made up for by the reconciler, so the caller still gets its query.
 * @throws LimitReached; ServiceUnavailable when nothing was stored. Neither counts against the limits.
 */
export async function enqueueQuery(
  { plan, labels }: { readonly plan: Plan; readonly labels: QueryLabels },
  principal: Principal,
  { queries, doorbell, limits, newId }: EnqueuePorts,
): Promise<Enqueued> {
  const submission = { id: newId(), plan, submittedBy: principal.email, labels };
  const outcome = await queries.submit(submission, limits);
  if (outcome.kind === 'refused') throw new LimitReached(outcome.reason, outcome.usage);
  const { record, usage } = outcome;
  await doorbell.ring(record.id).catch(() => undefined);
  return { record, usage };
}
