import type { Doorbell, ObjectStore, QueryStore } from './ports.ts';

/**
 * Rings for every query that somebody should be working on. The queue may have lost its ring, or the worker
 * that had it died. Ringing for one that is already waiting changes nothing, so any number of workers may do
 * this at the same time.
 */
export async function reconcile(
  { queries, doorbell }: { queries: QueryStore; doorbell: Doorbell },
  limit: number,
): Promise<number> {
  const waiting = await queries.listWaiting(limit);
  for (const query of waiting) await doorbell.ring(query);
  return waiting.length;
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
