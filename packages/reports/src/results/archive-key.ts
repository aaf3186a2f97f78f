import type { AttemptWork } from '../queries/query-store.ts';
import type { QueryRecord } from '../queries/query-record.ts';
import { assertKeyBelow } from './foreign-object.ts';
import { uuidPattern } from '../uuid.ts';

/** Prefix of all archives in the object store. */
export const archivePrefix = 'archives/';

/** Earlier versions wrote keys without the environment. */
const archivePath = new RegExp(String.raw`^archives/(?:\d+/)?(${uuidPattern})/([1-9]\d{0,8})/`);

/**
 * Returns the key of an attempt's archive, below the prefix of the query's environment. Keys contain
 * the attempt, so that two attempts never write the same object.
 */
export function archiveKeyOf({ id, attempt, plan }: Pick<QueryRecord, 'id' | 'attempt' | 'plan'>): string {
  return `${prefixOf(id, plan)}${attempt}/OfflineQueryResult-${id}.zip`;
}

/**
 * Returns the key of the hot facts of an attempt, for an engine that reads the object store. They are swept
 * like an archive that was not published.
 */
export function hotFactsKeyOf({ id, attempt, plan }: Pick<QueryRecord, 'id' | 'attempt' | 'plan'>): string {
  return `${prefixOf(id, plan)}${attempt}/hot-facts.parquet`;
}

/**
 * @throws ForeignObject unless the key is that of an archive in the environment of the query, made by it or
 * by the one whose result it shares
 */
export function assertOwnArchive(
  key: string,
  { id, plan, reusedFrom }: Pick<QueryRecord, 'id' | 'plan' | 'reusedFrom'>,
): void {
  if (reusedFrom !== null) assertKeyBelow(key, prefixOf(reusedFrom, plan));
  else assertKeyBelow(key, prefixOf(id, plan), `${archivePrefix}${id}/`);
}

function prefixOf(id: string, { tenant }: QueryRecord['plan']): string {
  return `${archivePrefix}${tenant.environmentId}/${id}/`;
}

/** Parses the key of an archive. Null for other keys. */
export function parseArchiveKey(key: string): AttemptWork | null {
  const [, queryId, attempt] = archivePath.exec(key) ?? [];
  return queryId === undefined ? null : { key, queryId, attempt: Number(attempt) };
}
