import type { ObjectStore } from './object-ports.ts';
import type { ClaimTerms, Doorbell, QueryStore } from './ports.ts';

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

/** Ends the results whose time is over: first the row, so that nobody starts a download, then the object. */
export async function expireResults(
  { queries, objects }: { queries: QueryStore; objects: ObjectStore },
  limit: number,
): Promise<number> {
  const expired = await queries.expireDue(limit);
  for (const { archiveKey } of expired) await objects.delete(archiveKey);
  return expired.length;
}
