import { ReportError } from '../errors.ts';
import { ServiceUnavailable } from '../service-unavailable.ts';
import type { ByteRange, ObjectStore, StoredObject } from './object-store.ts';
import type { QueryRecord } from '../queries/query-record.ts';

export interface OpenResult {
  readonly object: StoredObject;
  read(range?: ByteRange): Promise<NodeJS.ReadableStream>;
}

/**
 * Finds the archive of a completed query.
 * @throws ReportError `query.no_result` while there is none, `query.expired` from its `expires` on.
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

/** Not a 404: the query has a result, and a store that does not show it is the wrong volume or a broken one. */
function lostArchive(archiveKey: string): ServiceUnavailable {
  return new ServiceUnavailable('object store', new Error(`the published object ${archiveKey} is missing`));
}
