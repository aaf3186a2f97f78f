import {
  organizationOverviews,
  organizationState,
  type OrganizationOverviewsView,
  type OrganizationStateView,
} from '@hourglass/contract';
import {
  listOrganizations,
  suspendOrganization,
  type OrganizationOverview,
  type OrganizationOverviews,
  type OrganizationStore,
} from '@hourglass/reports';
import { z } from 'zod';
import { scopeOf } from '../http/find-tenant.ts';
import { nameAfter, namePageToken } from '../http/page-token.ts';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';

export interface OperatorOrganizationPorts {
  readonly overviews: OrganizationOverviews;
  readonly organizations: OrganizationStore;
}

const tag = 'Operators';
const pageSize = 100;

/** The routes with which operators see and manage every organization. None of them shows its data. */
export function operatorOrganizationRoutes(ports: OperatorOrganizationPorts): readonly GuardedRoute[] {
  return [listRoute(ports), suspensionRoute(ports, true), suspensionRoute(ports, false)];
}

function listRoute({ overviews }: OperatorOrganizationPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: '/v1/operator/organizations',
    scope: 'admin',
    operation: {
      id: 'listAllOrganizations',
      tag,
      summary: 'List all organizations with state, last use and ceilings (operators only)',
    },
    parameters: {
      name: z.string().optional().describe('Only the organization of this name.'),
      pageToken: z.string().optional().describe('The nextPageToken of the previous page.'),
    },
    responses: { 200: { description: 'A page of organizations, by name.', json: organizationOverviews } },
    async handle({ response, principal, parameters: { name = null, pageToken } }) {
      const listed = { name };
      const after = pageToken === undefined ? null : nameAfter(pageToken, listed);
      const ports = { overviews, limit: pageSize + 1 };
      const found = await listOrganizations(principal, { name, after }, ports);
      const page = found.slice(0, pageSize);
      const last = found.length > pageSize ? page.at(-1) : undefined;
      const body: OrganizationOverviewsView = {
        organizations: page.map(overviewView),
        ...(last === undefined ? {} : { nextPageToken: namePageToken(last.name, listed) }),
      };
      response.json(body);
    },
  });
}

function overviewView({
  createdAt,
  suspendedAt,
  lastUsedAt,
  ...organization
}: OrganizationOverview): OrganizationOverviewsView['organizations'][number] {
  return {
    ...organization,
    state: suspendedAt === null ? 'active' : 'suspended',
    created: createdAt.toISOString(),
    suspended: suspendedAt?.toISOString() ?? null,
    lastUsed: lastUsedAt?.toISOString() ?? null,
  };
}

function suspensionRoute({ organizations }: OperatorOrganizationPorts, isSuspended: boolean): GuardedRoute {
  const verb = isSuspended ? 'suspend' : 'resume';
  return guardedRoute({
    method: 'post',
    path: `/v1/organizations/:organization\\:${verb}`,
    scope: 'admin',
    allowsOperators: true,
    operation: {
      id: `${verb}Organization`,
      tag,
      summary: isSuspended
        ? 'Refuse the credentials and links of another organization, and let its queries wait (operators only)'
        : 'End the suspension of an organization (operators only)',
    },
    responses: { 200: { description: 'The new state.', json: organizationState } },
    async handle({ request, response, principal, audit }) {
      const { organization } = scopeOf(request);
      const described = () => audit(`organization.${verb}`, { object: organization });
      await suspendOrganization(principal, organization, { organizations, isSuspended, audit: described });
      const body: OrganizationStateView = { organization, state: isSuspended ? 'suspended' : 'active' };
      response.json(body);
    },
  });
}
