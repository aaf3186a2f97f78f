import type { ObjectStore } from './object-store.ts';
import type { QueryStore } from '../queries/query-store.ts';

/** Ends the results whose time is over: first the row, so that nobody starts a download, then the object. */
export async function expireResults(
  { queries, objects }: { queries: QueryStore; objects: ObjectStore },
  limit: number,
): Promise<number> {
  const expired = await queries.expireDue(limit);
  for (const { archiveKey } of expired) await objects.delete(archiveKey);
  return expired.length;
}
