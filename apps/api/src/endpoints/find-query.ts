import type { Request } from 'express';
import { ReportError, type Principal, type QueryRecord, type QueryStore } from '@hourglass/reports';
import { scopeOf } from '../http/find-tenant.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The query that the path names.
 * @throws ReportError `query.not_found`, the same for an unknown id and for another organization's query.
 */
export async function findQuery(
  request: Request,
  principal: Principal,
  queries: QueryStore,
): Promise<QueryRecord> {
  const scope = scopeOf(request);
  const id = String(request.params['id']);
  const mayLook = scope.organization === principal.organization && uuid.test(id);
  const record = mayLook ? await queries.find(scope, id.toLowerCase()) : null;
  if (record === null) throw new ReportError('query.not_found', { id });
  return record;
}
