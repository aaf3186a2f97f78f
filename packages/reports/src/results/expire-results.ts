import type { ObjectStore } from './object-store.ts';
import type { QueryStore } from '../queries/query-store.ts';

/**
 * Expires at most `limit` results whose `expires` has passed, and returns their number. The row is
 * updated before the object is deleted, so that no download starts in between. An archive is deleted with
 * its last query.
 */
export async function expireResults(
  { queries, objects }: { queries: QueryStore; objects: ObjectStore },
  limit: number,
): Promise<number> {
  const expired = await queries.expireDue(limit);
  for (const { archiveKey, isShared } of expired) if (!isShared) await objects.delete(archiveKey);
  return expired.length;
}
