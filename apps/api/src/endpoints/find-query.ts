import type { Request } from 'express';
import { isUuid, ReportError, type QueryRecord } from '@hourglass/reports';

/** Says the same of an unknown id and of another organization's query. */
export function queryNotFound(request: Request): ReportError {
  return new ReportError('query.not_found', { id: String(request.params['id']) });
}

/**
 * The query that the path names, found by its id in lower case.
 * @throws ReportError `query.not_found`
 */
export async function findQuery(
  request: Request,
  find: (id: string) => Promise<QueryRecord | null>,
): Promise<QueryRecord> {
  const id = String(request.params['id']);
  const record = isUuid(id) ? await find(id.toLowerCase()) : null;
  if (record === null) throw queryNotFound(request);
  return record;
}
