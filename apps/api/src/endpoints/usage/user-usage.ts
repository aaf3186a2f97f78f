import { organizationUsage, userUsage, type OrganizationUsage, type UserUsage } from '@hourglass/contract';
import { dayMs, type UseOfUser } from '@hourglass/reports';
import { clientGone } from '../../http/client-gone.ts';
import { scopeOf, type TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { countedView } from './counted-view.ts';
import { usagePath, usageTag, type UsagePorts } from './usage-ports.ts';
import { rangeParameters, usageRange } from './usage-range.ts';

const days = 30;
const maxDays = 31;
const parameters = rangeParameters(maxDays, `By default the last ${days} days.`);

/** `GET …/environments/{environment}/usage/users`: the use by user. Members see the queries themselves, too. */
export function getUserUsageRoute(
  findTenant: TenantFinder,
  { usage, semaphore, nowMs }: UsagePorts,
): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: `${usagePath}/users`,
    scope: 'read',
    operation: { id: 'getUserUsage', tag: usageTag, summary: 'Sum the use of an environment by user' },
    parameters,
    responses: { 200: { description: 'The users, by scanned facts.', json: userUsage } },
    async handle({ request, response, parameters: given }) {
      const range = rangeOf(given, nowMs());
      const { organization, environment } = await findTenant(request);
      const { uses, ...counted } = await semaphore.run(clientGone(response), () =>
        usage.users({ organization, environment }, range),
      );
      const body: UserUsage = { ...countedView(counted), users: uses.map(withoutEnvironment) };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}

function withoutEnvironment(use: UseOfUser): UserUsage['users'][number] {
  const { environment: _, ...rest } = use;
  return rest;
}

/** `GET /v1/organizations/{organization}/usage`: the use by user and token. For administrators. */
export function getOrganizationUsageRoute({ usage, semaphore, nowMs }: UsagePorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: '/v1/organizations/:organization/usage',
    scope: 'admin',
    operation: {
      id: 'getOrganizationUsage',
      tag: usageTag,
      summary: 'Sum the use by environment, user and token',
    },
    parameters,
    responses: { 200: { description: 'The users and tokens, by scanned facts.', json: organizationUsage } },
    async handle({ request, response, parameters: given }) {
      const range = rangeOf(given, nowMs());
      const { organization } = scopeOf(request);
      const [users, tokens] = await semaphore.run(clientGone(response), () =>
        Promise.all([usage.users({ organization }, range), usage.tokens(organization, range)]),
      );
      const countedFrom = new Date(Math.max(users.countedFrom.getTime(), tokens.countedFrom.getTime()));
      const body: OrganizationUsage = {
        ...countedView({ ...users, countedFrom }),
        users: [...users.uses],
        tokens: tokens.uses.map(({ tokenId, ...use }) => ({ token: tokenId, ...use })),
      };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}

function rangeOf(given: Parameters<typeof usageRange>[0], nowMs: number) {
  return (
    usageRange(given, { days, maxDays, nowMs }) ?? { startMs: nowMs - days * dayMs, endExclusiveMs: nowMs }
  );
}
