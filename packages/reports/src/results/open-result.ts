import { ReportError } from '../errors.ts';
import { ServiceUnavailable } from '../service-unavailable.ts';
import type { ByteRange, ObjectStore, StoredObject } from './object-store.ts';
import type { QueryRecord } from '../queries/query-record.ts';
import { assertOwnArchive } from './archive-key.ts';

export interface OpenResult {
  readonly object: StoredObject;
  read(range?: ByteRange): Promise<NodeJS.ReadableStream>;
}

/**
 * Opens the archive of a completed query.
 * @throws ReportError `query.no_result` before completion, `query.expired` after `expires`;
 * ServiceUnavailable when the archive is missing; ForeignObject when the row names another query's
 */
export async function openResult(
  record: QueryRecord,
  ports: { objects: ObjectStore; nowMs: () => number },
): Promise<OpenResult> {
  if (record.state === 'expired') throw new ReportError('query.expired');
  if (record.state !== 'completed' || record.result === null) {
    throw new ReportError('query.no_result', { state: record.state });
  }
  const { archiveKey, expiresAt } = record.result;
  if (expiresAt.getTime() <= ports.nowMs()) throw new ReportError('query.expired');
  assertOwnArchive(archiveKey, record);

  const object = await ports.objects.stat(archiveKey);
  if (object === null) throw lostArchive(archiveKey);
  return {
    object,
    async read(range) {
      const stream = await ports.objects.read(archiveKey, range);
      if (stream === null) throw lostArchive(archiveKey);
      return stream;
    },
  };
}

/** Not a 404: the query has a result, so the store is broken or the wrong volume is mounted. */
function lostArchive(archiveKey: string): ServiceUnavailable {
  return new ServiceUnavailable('object store', new Error(`the published object ${archiveKey} is missing`));
}
