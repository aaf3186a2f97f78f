import type { AttemptWork } from '../queries/query-store.ts';
import { uuidPattern } from '../uuid.ts';

/** All archives are below it. */
export const archivePrefix = 'archives/';

const archivePath = new RegExp(String.raw`^archives/(${uuidPattern})/([1-9]\d{0,8})/`);

/** Each attempt has its own, so that two never write the same object. */
export function archiveKeyOf({ id, attempt }: { readonly id: string; readonly attempt: number }): string {
  return `${archivePrefix}${id}/${attempt}/OfflineQueryResult-${id}.zip`;
}

/** Null: the key is not of an archive. */
export function attemptOf(key: string): AttemptWork | null {
  const [, queryId, attempt] = archivePath.exec(key) ?? [];
  return queryId === undefined ? null : { key, queryId, attempt: Number(attempt) };
}
