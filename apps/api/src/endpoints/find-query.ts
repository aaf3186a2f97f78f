import type { Request } from 'express';
import { ReportError, type QueryRecord, type QueryStore } from '@hourglass/reports';
import { scopeOf } from '../http/find-tenant.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Says the same of an unknown id and of another organization's query. */
export function queryNotFound(request: Request): ReportError {
  return new ReportError('query.not_found', { id: String(request.params['id']) });
}

/**
 * The query that the path names.
 * @throws ReportError `query.not_found`
 */
export async function findQuery(request: Request, queries: QueryStore): Promise<QueryRecord> {
  const id = String(request.params['id']);
  const record = uuid.test(id) ? await queries.find(scopeOf(request), id.toLowerCase()) : null;
  if (record === null) throw queryNotFound(request);
  return record;
}
