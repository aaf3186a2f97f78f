import type { Request } from 'express';
import { placeNamePattern } from '@hourglass/contract';
import type { Tenant } from '@hourglass/query';
import { ReportError, type Accounts, type Principal, type QueryScope } from '@hourglass/reports';

export type TenantFinder = (request: Request) => Promise<Tenant>;

/** The organization and environment in the path, decoded. */
export function scopeOf(request: Request): QueryScope {
  return {
    organization: String(request.params['organization']),
    environment: String(request.params['environment']),
  };
}

/**
 * The scope of a monetization report, whose environment is a query parameter: `environment`, by
 * default `prod`.
 */
export function reportScopeOf(request: Request): QueryScope {
  const { environment } = request.query;
  // An invalid value is refused later, with the other parameters; headers are prepared before that,
  // also for strangers.
  const isName = typeof environment === 'string' && placeNamePattern.test(environment);
  return { ...scopeOf(request), environment: isName ? environment : 'prod' };
}

/**
 * The same error for an organization or environment that does not exist and for one of another
 * tenant.
 */
export function scopeNotFound(request: Request): ReportError {
  return request.params['environment'] === undefined
    ? new ReportError('organization.not_found', { organization: scopeOf(request).organization })
    : new ReportError('environment.not_found', { ...scopeOf(request) });
}

/**
 * Resolves the environment in the path. Its organization has been checked to be the caller's.
 * @throws ReportError `environment.not_found`
 */
export function tenantFinder(accounts: Accounts): TenantFinder {
  return async (request) => {
    const tenant = await accounts.findTenant(scopeOf(request));
    if (tenant === null) throw scopeNotFound(request);
    return tenant;
  };
}

/**
 * Resolves the environment to which the caller's token is bound, for paths without one.
 * @throws ReportError `auth.unbound` if the credentials are not bound to an environment
 */
export async function tenantOfToken(
  { organization, environment }: Principal,
  accounts: Accounts,
): Promise<Tenant> {
  const tenant = environment === null ? null : await accounts.findTenant({ organization, environment });
  if (tenant === null) throw new ReportError('auth.unbound');
  return tenant;
}
