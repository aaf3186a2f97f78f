import type { Request } from 'express';
import type { Tenant } from '@hourglass/query';
import { ReportError, type Accounts, type Principal, type QueryScope } from '@hourglass/reports';

export type TenantFinder = (request: Request) => Promise<Tenant>;

/** The organization and environment that the path names, as plain text. */
export function scopeOf(request: Request): QueryScope {
  return {
    organization: String(request.params['organization']),
    environment: String(request.params['environment']),
  };
}

/** The environment of a monetization report, whose path has none: the parameter `environment`, else `prod`. */
export function reportScopeOf(request: Request): QueryScope {
  const { environment } = request.query;
  // What is no name is refused with the parameters; headers may be set before that.
  const isName = typeof environment === 'string' && !environment.includes('\0');
  return { ...scopeOf(request), environment: isName ? environment : 'prod' };
}

/** Says that the path's organization or environment does not exist, or is another's: the words are the same. */
export function scopeNotFound(request: Request): ReportError {
  return request.params['environment'] === undefined
    ? new ReportError('organization.not_found', { organization: scopeOf(request).organization })
    : new ReportError('environment.not_found', { ...scopeOf(request) });
}

/**
 * Resolves the path's environment; its organization is the caller's, which was checked before.
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
 * The environment that a token is good for, where the path names none.
 * @throws ReportError `auth.unbound` for credentials that are good for every environment
 */
export async function tenantOfToken(
  { organization, environment }: Principal,
  accounts: Accounts,
): Promise<Tenant> {
  const tenant = environment === null ? null : await accounts.findTenant({ organization, environment });
  if (tenant === null) throw new ReportError('auth.unbound');
  return tenant;
}
