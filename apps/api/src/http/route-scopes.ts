import type { Request } from 'express';
import { hostname } from '@hourglass/contract';
import type { Tenant } from '@hourglass/query';
import { ReportError, type HostnameStore } from '@hourglass/reports';
import { scopeOf, type TenantFinder } from './find-tenant.ts';
import type { ParameterSchemas } from './route.ts';

/** An environment that a request names, and the hostname by which it does so, if any. */
export interface Located {
  readonly tenant: Tenant;
  readonly hostname?: string;
}

/**
 * A way to name an environment: in the path, or by one of its hostnames in the query string or
 * body. Routes that exist for both are defined once, with the scope as a parameter.
 */
export interface RouteScope {
  readonly kind: 'environment' | 'host';
  /** Path of the environment, or of the organization that has the host. */
  readonly prefix: string;
  /** `envgroupHostname`, or none. */
  readonly parameters: ParameterSchemas;
  /**
   * @param input parameters or body, after validation
   * @throws ReportError `environment.not_found`, `hostname.not_found`
   */
  readonly locate: (request: Request, input: object) => Promise<Located>;
  /**
   * Locates by the path alone, for `GuardedRoute.read`. Null: the input names the environment.
   * @throws ReportError `environment.not_found`
   */
  readonly locateByPath: (request: Request) => Promise<Located | null>;
}

/** Path of an environment. */
export const environmentPrefix = '/v1/organizations/:organization/environments/:environment';

export function environmentScope(findTenant: TenantFinder): RouteScope {
  const locateByPath = async (request: Request) => ({ tenant: await findTenant(request) });
  return {
    kind: 'environment',
    prefix: environmentPrefix,
    parameters: {},
    locate: locateByPath,
    locateByPath,
  };
}

export function hostScope(hostnames: Pick<HostnameStore, 'findTenant'>): RouteScope {
  return {
    kind: 'host',
    prefix: '/v1/organizations/:organization',
    parameters: { envgroupHostname: hostname.describe('Hostname of the environment.') },
    async locate(request, input) {
      const name = 'envgroupHostname' in input ? String(input.envgroupHostname) : '';
      const { organization } = scopeOf(request);
      const tenant = await hostnames.findTenant(organization, name);
      if (tenant === null) throw new ReportError('hostname.not_found', { organization, hostname: name });
      return { tenant, hostname: name };
    },
    locateByPath: () => Promise.resolve(null),
  };
}
