import type { AttemptWork } from '../queries/query-store.ts';
import { uuidPattern } from '../uuid.ts';

/** Prefix of all archives in the object store. */
export const archivePrefix = 'archives/';

const archivePath = new RegExp(String.raw`^archives/(${uuidPattern})/([1-9]\d{0,8})/`);

/**
 * Returns the key of an attempt's archive. Keys contain the attempt, so that two attempts never
 * write the same object.
 */
export function archiveKeyOf({ id, attempt }: { readonly id: string; readonly attempt: number }): string {
  return `${archivePrefix}${id}/${attempt}/OfflineQueryResult-${id}.zip`;
}

/** Parses the key of an archive. Null for other keys. */
export function parseArchiveKey(key: string): AttemptWork | null {
  const [, queryId, attempt] = archivePath.exec(key) ?? [];
  return queryId === undefined ? null : { key, queryId, attempt: Number(attempt) };
}
