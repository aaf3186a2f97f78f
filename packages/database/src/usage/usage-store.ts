import type { Tenant } from '@hourglass/query';
import type { UsageStore } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { OrganizationScope } from '../connection/scope.ts';
import type { ScopedPool } from '../connection/scoped-pool.ts';
import { readEnvironmentUse } from './environment-use.ts';
import { readIngest } from './ingest.ts';
import { readNewestSealedFact, readSegmentSpans } from './segment-spans.ts';
import { readUseOfTokens } from './use-of-tokens.ts';
import { readUseOfUsers } from './use-of-users.ts';

export function createUsageStore(pool: ScopedPool): UsageStore {
  const of = (tenant: Tenant) => pool.within(scopeOf(tenant));
  return {
    use: (tenant) => servedByDatabase(() => readEnvironmentUse(of(tenant), tenant)),
    ingest: (tenant, unit) => servedByDatabase(() => readIngest(of(tenant), tenant, unit)),
    newestSealedFact: (tenant) => servedByDatabase(() => readNewestSealedFact(of(tenant), tenant)),
    segments: (tenant, range, limit) =>
      servedByDatabase(() => readSegmentSpans(of(tenant), tenant, range, limit)),
    users: (scope, range) => servedByDatabase(() => readUseOfUsers(pool.within(scope), scope, range)),
    tokens: (organization, range) =>
      servedByDatabase(() => readUseOfTokens(pool.within({ organization }), organization, range)),
  };
}

/** The role of environments does not see schedules. */
function scopeOf({ organization, environment }: Tenant): OrganizationScope {
  return { organization, environment };
}
