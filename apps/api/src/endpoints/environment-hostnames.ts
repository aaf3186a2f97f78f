import { environmentHostnames, type EnvironmentHostnames } from '@hourglass/contract';
import { ReportError, type HostnameStore } from '@hourglass/reports';
import type { TenantFinder } from '../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';

const path = '/v1/organizations/:organization/environments/:environment/hostnames';
const tag = 'Environments';

/**
 * `GET …/hostnames` and `PUT …/hostnames`: the hostnames by which clients may name the environment.
 */
export function environmentHostnamesRoutes(
  findTenant: TenantFinder,
  hostnames: HostnameStore,
): GuardedRoute[] {
  const responses = { 200: { description: 'All hostnames of the environment.', json: environmentHostnames } };
  return [
    guardedRoute({
      method: 'get',
      path,
      scope: 'read',
      operation: { id: 'listHostnames', tag, summary: 'List the hostnames of the environment' },
      responses,
      async handle({ request, response }) {
        const tenant = await findTenant(request);
        const body: EnvironmentHostnames = { hostnames: [...(await hostnames.list(tenant))] };
        response.json(body);
      },
    }),
    guardedRoute({
      method: 'put',
      path,
      scope: 'admin',
      operation: { id: 'replaceHostnames', tag, summary: 'Replace the hostnames of the environment' },
      body: jsonBody(environmentHostnames, { maxBytes: 65_536, example: { hostnames: ['api.example.com'] } }),
      responses,
      async handle({ request, response, body, audit }) {
        const tenant = await findTenant(request);
        const outcome = await hostnames.replace(tenant, body.hostnames, (replaced) =>
          audit('environment.hostnames', { details: { hostnames: replaced } }),
        );
        if (outcome.kind === 'taken') throw new ReportError('hostname.taken', { ...outcome });
        const responseBody: EnvironmentHostnames = { hostnames: [...outcome.hostnames] };
        response.json(responseBody);
      },
    }),
  ];
}
