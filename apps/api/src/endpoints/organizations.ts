import type { Request } from 'express';
import {
  createdOrganization,
  createEnvironmentBody,
  createOrganizationBody,
  deletedEnvironment,
  deletedOrganization,
  dryRunOfDeletion,
  environmentView,
  names,
  organizationView,
  type CreatedOrganization,
  type DeletedEnvironment,
  type DeletedOrganization,
  type EnvironmentView,
  type OrganizationView,
} from '@hourglass/contract';
import {
  createEnvironment,
  createOrganization,
  deleteOrganization,
  type Accounts,
  type EnvironmentRecord,
  type OrganizationRecord,
  type OrganizationStore,
} from '@hourglass/reports';
import { scopeNotFound, scopeOf } from '../http/find-tenant.ts';
import { newPasswordHasher } from '../http/new-password-hasher.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';
import type { Passwords } from '../passwords.ts';

export interface OrganizationPorts {
  readonly accounts: Accounts;
  readonly organizations: OrganizationStore;
  readonly passwords: Pick<Passwords, 'hashNew'>;
  readonly newPassword: () => string;
  readonly newToken: () => string;
}

const organizationsPath = '/v1/organizations';
const environmentsPath = `${organizationsPath}/:organization/environments`;
const tag = 'Organizations';
const maxBodyBytes = 16_384;

/** `/v1/organizations` and `…/environments`. Edge clients read both before anything else. */
export function organizationRoutes(ports: OrganizationPorts): readonly GuardedRoute[] {
  return [
    ...readOrganizations(ports),
    ...readEnvironments(ports),
    createOrganizationRoute(ports),
    createEnvironmentRoute(ports),
    deleteOrganizationRoute(ports),
    deleteEnvironmentRoute(ports),
  ];
}

function readOrganizations({ accounts }: OrganizationPorts): readonly GuardedRoute[] {
  return [
    guardedRoute({
      method: 'get',
      path: organizationsPath,
      scope: 'read',
      operation: { id: 'listOrganizations', tag, summary: "Get the name of the caller's organization" },
      responses: { 200: { description: 'A list with one name.', json: names } },
      handle: async ({ response, principal }) => void response.json([principal.organization]),
    }),
    guardedRoute({
      method: 'get',
      path: `${organizationsPath}/:organization`,
      scope: 'read',
      operation: { id: 'getOrganization', tag, summary: 'Get the organization' },
      responses: { 200: { description: 'The organization.', json: organizationView } },
      handle: async ({ request, response }) =>
        void response.json(organizationViewOf(await findOrganization(request, accounts))),
    }),
  ];
}

function readEnvironments({ accounts }: OrganizationPorts): readonly GuardedRoute[] {
  return [
    guardedRoute({
      method: 'get',
      path: environmentsPath,
      scope: 'read',
      operation: { id: 'listEnvironments', tag, summary: 'List the names of the environments' },
      responses: { 200: { description: 'The names, in alphabetical order.', json: names } },
      handle: async ({ request, response }) =>
        void response.json(organizationViewOf(await findOrganization(request, accounts)).environments),
    }),
    guardedRoute({
      method: 'get',
      path: `${environmentsPath}/:environment`,
      scope: 'read',
      operation: { id: 'getEnvironment', tag, summary: 'Get an environment' },
      responses: { 200: { description: 'The environment.', json: environmentView } },
      handle: async ({ request, response }) =>
        void response.json(findEnvironment(request, await findOrganization(request, accounts))),
    }),
  ];
}

/** For operators. */
function createOrganizationRoute(ports: OrganizationPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: organizationsPath,
    scope: 'admin',
    operation: {
      id: 'createOrganization',
      tag,
      summary: 'Create an organization with environments, an administrator and a token (operators only)',
    },
    body: jsonBody(createOrganizationBody, {
      maxBytes: maxBodyBytes,
      example: {
        name: 'acme',
        environments: ['prod', 'test'],
        administrator: { email: 'jane@acme.example' },
      },
    }),
    responses: {
      201: {
        description: 'The organization. Only this response contains the token and a generated password.',
        json: createdOrganization,
      },
    },
    async handle({ response, principal, body, audit }) {
      const { name, environments, administrator } = body;
      const { email, password = ports.newPassword() } = administrator;
      const token = ports.newToken();
      const organization = await createOrganization(
        principal,
        { name, environments, administrator: { email, password }, token },
        {
          organizations: ports.organizations,
          hashPassword: newPasswordHasher(ports.passwords, principal, response),
          audit: () => {
            const details = { environments, administrator: email };
            return audit('organization.create', { organization: name, object: name, details });
          },
        },
      );
      const responseBody: CreatedOrganization = {
        organization: organizationViewOf(organization),
        administrator: { email, ...(administrator.password === undefined ? { password } : {}) },
        token,
      };
      response.status(201).set('Cache-Control', 'no-store').json(responseBody);
    },
  });
}

/** For administrators. */
function createEnvironmentRoute({ organizations }: OrganizationPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: environmentsPath,
    scope: 'admin',
    operation: { id: 'createEnvironment', tag, summary: 'Create an environment' },
    body: jsonBody(createEnvironmentBody, { maxBytes: maxBodyBytes, example: { name: 'stage' } }),
    responses: { 201: { description: 'The environment.', json: environmentView } },
    async handle({ response, principal, body: { name }, audit }) {
      const environment = await createEnvironment(principal, name, {
        organizations,
        audit: () => audit('environment.create', { environment: name, object: name }),
      });
      response.status(201).json(environmentViewOf(environment));
    },
  });
}

/** For operators of other organizations. */
function deleteOrganizationRoute({ organizations }: OrganizationPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${organizationsPath}/:organization`,
    scope: 'admin',
    allowsOtherOrganizations: true,
    operation: {
      id: 'deleteOrganization',
      tag,
      summary: 'Delete another organization with everything in it (operators only)',
    },
    parameters: { dryRun: dryRunOfDeletion },
    responses: { 200: { description: 'What is deleted.', json: deletedOrganization } },
    async handle({ request, response, principal, parameters: { dryRun }, audit }) {
      const { organization } = scopeOf(request);
      const isDryRun = dryRun === 'true';
      const deleted = await deleteOrganization(principal, organization, {
        organizations,
        isDryRun,
        audit: (details) => audit('organization.delete', { object: organization, details: { ...details } }),
      });
      const body: DeletedOrganization = { organization, ...deleted, environments: [...deleted.environments] };
      response.json(body);
    },
  });
}

/** For administrators. */
function deleteEnvironmentRoute({ organizations }: OrganizationPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${environmentsPath}/:environment`,
    scope: 'admin',
    operation: { id: 'deleteEnvironment', tag, summary: 'Delete an environment with everything in it' },
    parameters: { dryRun: dryRunOfDeletion },
    responses: { 200: { description: 'What is deleted.', json: deletedEnvironment } },
    async handle({ request, response, parameters: { dryRun }, audit }) {
      const place = scopeOf(request);
      const isDryRun = dryRun === 'true';
      const deleted = await organizations.deleteEnvironment(place, { isDryRun }, (details) =>
        audit('environment.delete', { object: place.environment, details: { ...details } }),
      );
      const body: DeletedEnvironment = { environment: place.environment, ...deleted };
      response.json(body);
    },
  });
}

/**
 * @throws ReportError `organization.not_found`, or `environment.not_found` if the path names an
 * environment
 */
async function findOrganization(request: Request, accounts: Accounts): Promise<OrganizationRecord> {
  const record = await accounts.findOrganization(scopeOf(request).organization);
  if (record === null) throw scopeNotFound(request);
  return record;
}

/** @throws ReportError `environment.not_found` */
function findEnvironment(request: Request, { environments }: OrganizationRecord): EnvironmentView {
  const found = environments.find(({ name }) => name === scopeOf(request).environment);
  if (found === undefined) throw scopeNotFound(request);
  return environmentViewOf(found);
}

function environmentViewOf({ name, createdAt }: EnvironmentRecord): EnvironmentView {
  return { name, createdAt: createdAt.getTime(), properties: { property: [] } };
}

function organizationViewOf({ name, environments, createdAt }: OrganizationRecord): OrganizationView {
  return {
    name,
    environments: environments.map((environment) => environment.name),
    createdAt: createdAt.getTime(),
    properties: { property: [] },
  };
}
