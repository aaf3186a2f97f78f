import { environmentUsage, type EnvironmentUsage } from '@hourglass/contract';
import {
  bounded,
  type EnvironmentSettings,
  type EnvironmentSettingsStore,
  type EnvironmentUse,
  type LimitUsage,
  type QueryStore,
  type ScheduleLimits,
  type StoredFacts,
  type SubmissionLimits,
} from '@hourglass/reports';
import { clientGone } from '../../http/client-gone.ts';
import { scopeNotFound, type TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { usagePath, usageTag, type UsagePorts } from './usage-ports.ts';

export interface EnvironmentUsagePorts extends UsagePorts {
  readonly queries: Pick<QueryStore, 'usage'>;
  readonly settings: Pick<EnvironmentSettingsStore, 'find'>;
  /** Defaults for environments without their own limits. */
  readonly limits: SubmissionLimits & ScheduleLimits;
}

/** `GET …/usage`: the present use of limits and storage. */
export function getUsageRoute(
  findTenant: TenantFinder,
  { queries, settings, usage, semaphore, limits }: EnvironmentUsagePorts,
): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: usagePath,
    scope: 'read',
    operation: { id: 'getUsage', tag: usageTag, summary: 'Get the use of limits and storage' },
    responses: { 200: { description: 'The use at the moment.', json: environmentUsage } },
    async handle({ request, response }) {
      const tenant = await findTenant(request);
      const [submitted, own, use] = await Promise.all([
        queries.usage(tenant, limits),
        settings.find(tenant),
        semaphore.run(clientGone(response), () => usage.use(tenant)),
      ]);
      // The environment was deleted meanwhile.
      if (submitted === null) throw scopeNotFound(request);
      response.set('Cache-Control', 'no-store').json(viewOf(submitted, scheduleLimits(own, limits), use));
    },
  });
}

function scheduleLimits(
  { schedules, scheduledQueries, ceilings }: EnvironmentSettings,
  defaults: ScheduleLimits,
): ScheduleLimits {
  return {
    schedules: bounded(schedules ?? defaults.schedules, ceilings.schedules),
    scheduledQueries: bounded(scheduledQueries ?? defaults.scheduledQueries, ceilings.scheduledQueries),
  };
}

function viewOf(
  { limits, submittedInHour, secondsToReset }: LimitUsage,
  { schedules, scheduledQueries }: ScheduleLimits,
  use: EnvironmentUse,
): EnvironmentUsage {
  const { at, running, waiting, facts, results, resultBytes } = use;
  return {
    at: at.toISOString(),
    submissions: { used: submittedInHour, limit: limits.queriesPerHour, renewsInSeconds: secondsToReset },
    activeQueries: { used: running + waiting, limit: limits.activeQueries, running, waiting },
    scheduledQueries: { used: use.scheduledQueries, limit: scheduledQueries },
    schedules: { used: use.schedules, limit: schedules },
    facts: facts.map(storedView),
    results: { count: results, bytes: resultBytes },
  };
}

function storedView({ firstAt, lastAt, ...facts }: StoredFacts): EnvironmentUsage['facts'][number] {
  return {
    ...facts,
    firstTimestamp: firstAt?.toISOString() ?? null,
    lastTimestamp: lastAt?.toISOString() ?? null,
  };
}
