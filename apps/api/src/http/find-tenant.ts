import type { Request } from 'express';
import type { Tenant } from '@hourglass/query';
import { ReportError, type Accounts, type Principal, type QueryScope } from '@hourglass/reports';

export type TenantFinder = (request: Request, principal: Principal) => Promise<Tenant>;

/** The organization and environment that the path names, as plain text. */
export function scopeOf(request: Request): QueryScope {
  return {
    organization: String(request.params['organization']),
    environment: String(request.params['environment']),
  };
}

/**
 * Resolves the path's environment for a caller.
 * @throws ReportError `environment.not_found`, with the same words for an environment that does not exist
 * and for one of another organization.
 */
export function tenantFinder(accounts: Accounts): TenantFinder {
  return async (request, principal) => {
    const scope = scopeOf(request);
    const tenant = scope.organization === principal.organization ? await accounts.findTenant(scope) : null;
    if (tenant === null) throw new ReportError('environment.not_found', { ...scope });
    return tenant;
  };
}
