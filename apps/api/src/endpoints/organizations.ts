import type { Request } from 'express';
import type { EnvironmentView, OrganizationView } from '@hourglass/contract';
import { ReportError, type Accounts, type OrganizationRecord, type Principal } from '@hourglass/reports';
import { scopeOf } from '../http/find-tenant.ts';
import type { GuardedRoute } from '../http/route.ts';

/** Organizations and environments, as Edge clients read them before anything else. */
export function organizationRoutes(accounts: Accounts): readonly GuardedRoute[] {
  return [
    route('/v1/organizations', async (_request, response, { principal }) => {
      response.json([principal.organization]);
    }),
    route('/v1/organizations/:organization', async (request, response, { principal }) => {
      response.json(organizationView(await findOrganization(request, principal, accounts)));
    }),
    route('/v1/organizations/:organization/environments', async (request, response, { principal }) => {
      response.json(organizationView(await findOrganization(request, principal, accounts)).environments);
    }),
    route(
      '/v1/organizations/:organization/environments/:environment',
      async (request, response, { principal }) => {
        response.json(await findEnvironment(request, principal, accounts));
      },
    ),
  ];
}

function route(path: string, handle: GuardedRoute['handle']): GuardedRoute {
  return { method: 'get', path, scope: 'queries', parameters: [], jsonBodyBytes: null, handle };
}

/** @throws ReportError `organization.not_found`, the same for another's organization and for one that does not exist. */
async function findOrganization(
  request: Request,
  principal: Principal,
  accounts: Accounts,
): Promise<OrganizationRecord> {
  const { organization } = scopeOf(request);
  const record =
    organization === principal.organization ? await accounts.findOrganization(organization) : null;
  if (record === null) throw new ReportError('organization.not_found', { organization });
  return record;
}

/** @throws ReportError `environment.not_found`, as every other endpoint of an environment. */
async function findEnvironment(
  request: Request,
  principal: Principal,
  accounts: Accounts,
): Promise<EnvironmentView> {
  const { organization, environment } = scopeOf(request);
  const record =
    organization === principal.organization ? await accounts.findOrganization(organization) : null;
  const found = record?.environments.find(({ name }) => name === environment);
  if (found === undefined) throw new ReportError('environment.not_found', { organization, environment });
  return { name: found.name, createdAt: found.createdAt.getTime(), properties: { property: [] } };
}

function organizationView({ name, environments, createdAt }: OrganizationRecord): OrganizationView {
  return {
    name,
    environments: environments.map((environment) => environment.name),
    createdAt: createdAt.getTime(),
    properties: { property: [] },
  };
}
