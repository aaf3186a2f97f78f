import type {
  OrganizationOverview,
  OrganizationOverviews,
  OverviewCriteria,
  OwnCeilings,
} from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { Queryable, ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { sql } from '../connection/sql.ts';

export function createOrganizationOverviews(pool: ScopedPool): OrganizationOverviews {
  return {
    list: (criteria, limit) => servedByDatabase(() => list(pool.within(everyTenant), criteria, limit)),
  };
}

type OverviewRow = Omit<OrganizationOverview, 'ceilings'> & OwnCeilings;

async function list(
  pool: Queryable,
  { name, after }: OverviewCriteria,
  limit: number,
): Promise<readonly OrganizationOverview[]> {
  const { rows } = await pool.query<OverviewRow>(sql`
    select o.name, o.created_at as "createdAt", o.suspended_at as "suspendedAt", o.last_used_at as "lastUsedAt",
           o.queries_per_hour_ceiling as "queriesPerHour", o.active_queries_ceiling as "activeQueries",
           o.turn_weight_ceiling as "turnWeight", o.retention_days_ceiling as "retentionDays",
           o.schedules_ceiling as "schedules", o.scheduled_queries_ceiling as "scheduledQueries",
           (select count(*)::integer from environments e where e.organization_id = o.id) as environments,
           (select count(*)::integer from users u where u.organization_id = o.id) as users,
           (select count(*)::integer from tokens t join users u on u.id = t.user_id
             where u.organization_id = o.id) as tokens,
           (select count(*)::integer from result_links l join users u on u.id = l.user_id
             where u.organization_id = o.id and l.expires_at > now()) as links
      from organizations o
     where o.deleted_at is null
       and (${name}::text is null or o.name = ${name})
       and (${after}::text is null or o.name > ${after})
     order by o.name
     limit ${limit}::integer`);
  return rows.map(
    ({
      queriesPerHour,
      activeQueries,
      turnWeight,
      retentionDays,
      schedules,
      scheduledQueries,
      ...organization
    }) => ({
      ...organization,
      ceilings: { queriesPerHour, activeQueries, turnWeight, retentionDays, schedules, scheduledQueries },
    }),
  );
}
