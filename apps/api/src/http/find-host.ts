import type { Request, Response } from 'express';
import type { Tenant } from '@hourglass/query';
import { ReportError, type HostnameStore } from '@hourglass/reports';
import { scopeOf } from './find-tenant.ts';
import type { RateLimits } from './rate-limits.ts';

export type HostFinder = (request: Request, response: Response, hostname: string) => Promise<Tenant>;

/**
 * Resolves a hostname, in lower case, to the environment of the path's organization that has it.
 * @throws ReportError `hostname.not_found`
 */
export async function tenantOfHost(
  request: Request,
  hostnames: Pick<HostnameStore, 'findTenant'>,
  hostname: string,
): Promise<Tenant> {
  const { organization } = scopeOf(request);
  const tenant = await hostnames.findTenant(organization, hostname);
  if (tenant === null) throw new ReportError('hostname.not_found', { organization, hostname });
  return tenant;
}

/** Resolves as `tenantOfHost` does, and shows in the headers what is left of the environment's limits. */
export function hostFinder(hostnames: HostnameStore, rateLimits: RateLimits): HostFinder {
  return async (request, response, hostname) => {
    const tenant = await tenantOfHost(request, hostnames, hostname);
    response.set(await rateLimits(tenant));
    return tenant;
  };
}
