import { isUuid, ReportError, type ReportKey } from '@hourglass/reports';
import type { Request } from 'express';
import { scopeOf } from '../../http/find-tenant.ts';

/**
 * The saved report that the path names.
 * @throws ReportError `report.not_found` for a name that is no id
 */
export function reportKeyOf(request: Request): ReportKey {
  const name = String(request.params['report']);
  if (!isUuid(name)) throw new ReportError('report.not_found', { name });
  return { organization: scopeOf(request).organization, id: name.toLowerCase() };
}
