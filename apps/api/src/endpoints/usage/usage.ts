import type { TenantFinder } from '../../http/find-tenant.ts';
import type { GuardedRoute } from '../../http/route.ts';
import { getUsageRoute, type EnvironmentUsagePorts } from './environment-usage.ts';
import { getIngestRoute } from './ingest-usage.ts';
import { getSegmentUsageRoute } from './segment-usage.ts';
import { getOrganizationUsageRoute, getUserUsageRoute } from './user-usage.ts';

/** The routes that show the use of environments, by users and tokens. */
export function usageRoutes(findTenant: TenantFinder, ports: EnvironmentUsagePorts): readonly GuardedRoute[] {
  return [
    getUsageRoute(findTenant, ports),
    getIngestRoute(findTenant, ports),
    getSegmentUsageRoute(findTenant, ports),
    getUserUsageRoute(findTenant, ports),
    getOrganizationUsageRoute(ports),
  ];
}
