import type { Doorbell } from './doorbell.ts';
import type { ClaimTerms, QueryStore } from './query-store.ts';

export interface ReconcileTask {
  readonly terms: ClaimTerms;
  readonly maxWakeUps: number;
}

/**
 * Fails overdue queries, and wakes workers for waiting queries that have no pending wake-up: the
 * queue lost it, the worker that took it died, or the queue was down at the submission. Returns the
 * number of failed queries and wake-ups.
 */
export async function reconcile(
  { queries, doorbell }: { readonly queries: QueryStore; readonly doorbell: Doorbell },
  { terms, maxWakeUps }: ReconcileTask,
): Promise<number> {
  const failed = await queries.failOverdue(terms);
  const waiting = await queries.listWaiting(terms, maxWakeUps);
  if (waiting.length === 0) return failed;
  const missing = Math.max(0, waiting.length - (await doorbell.pendingWakeUps()));
  for (const id of waiting.slice(0, missing)) await doorbell.wake(id);
  return failed + missing;
}
