import type { Doorbell } from './doorbell.ts';
import type { ClaimTerms, QueryStore } from './query-store.ts';

export interface ReconcileTask {
  readonly terms: ClaimTerms;
  readonly maxWakeUps: number;
}

/**
 * Ends the queries that nobody will end, and rings for those that wait and that the queue has no ring for: it lost them,
 * the worker that heard them died, or there was no queue when they were submitted. Answers the number of both.
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
