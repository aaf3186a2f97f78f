import type { Request } from 'express';
import {
  environmentView,
  names,
  organizationView,
  type EnvironmentView,
  type OrganizationView,
} from '@hourglass/contract';
import type { Accounts, EnvironmentRecord, OrganizationRecord } from '@hourglass/reports';
import { placeNotFound, scopeOf } from '../http/find-tenant.ts';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';

const tag = 'Organizations';

/** Organizations and environments, as Edge clients read them before anything else. */
export function organizationRoutes(accounts: Accounts): readonly GuardedRoute[] {
  return [
    guardedRoute({
      method: 'get',
      path: '/v1/organizations',
      scope: 'read',
      operation: { id: 'listOrganizations', tag, summary: "Name of the caller's organization" },
      responses: { 200: { description: 'A list of one name.', json: names } },
      handle: async ({ response, principal }) => void response.json([principal.organization]),
    }),
    guardedRoute({
      method: 'get',
      path: '/v1/organizations/:organization',
      scope: 'read',
      operation: { id: 'getOrganization', tag, summary: 'The organization' },
      responses: { 200: { description: 'The organization.', json: organizationView } },
      handle: async ({ request, response }) =>
        void response.json(organizationViewOf(await findOrganization(request, accounts))),
    }),
    guardedRoute({
      method: 'get',
      path: '/v1/organizations/:organization/environments',
      scope: 'read',
      operation: { id: 'listEnvironments', tag, summary: 'Names of the environments' },
      responses: { 200: { description: 'The names, in their order.', json: names } },
      handle: async ({ request, response }) =>
        void response.json(organizationViewOf(await findOrganization(request, accounts)).environments),
    }),
    guardedRoute({
      method: 'get',
      path: '/v1/organizations/:organization/environments/:environment',
      scope: 'read',
      operation: { id: 'getEnvironment', tag, summary: 'The environment' },
      responses: { 200: { description: 'The environment.', json: environmentView } },
      handle: async ({ request, response }) =>
        void response.json(environmentOf(request, await findOrganization(request, accounts))),
    }),
  ];
}

/** @throws ReportError `organization.not_found` or `environment.not_found`, as the path is. */
async function findOrganization(request: Request, accounts: Accounts): Promise<OrganizationRecord> {
  const record = await accounts.findOrganization(scopeOf(request).organization);
  if (record === null) throw placeNotFound(request);
  return record;
}

/** @throws ReportError `environment.not_found` */
function environmentOf(request: Request, { environments }: OrganizationRecord): EnvironmentView {
  const found = environments.find(({ name }) => name === scopeOf(request).environment);
  if (found === undefined) throw placeNotFound(request);
  return environmentViewOf(found);
}

export function environmentViewOf({ name, createdAt }: EnvironmentRecord): EnvironmentView {
  return { name, createdAt: createdAt.getTime(), properties: { property: [] } };
}

export function organizationViewOf({ name, environments, createdAt }: OrganizationRecord): OrganizationView {
  return {
    name,
    environments: environments.map((environment) => environment.name),
    createdAt: createdAt.getTime(),
    properties: { property: [] },
  };
}
