import type { SegmentOwner } from '@hourglass/facts';
import type { BoundPlan, TimeRange } from '@hourglass/query';
import type { Queryable } from '../../connection/scoped-pool.ts';

/**
 * Returns the SQL of the time before which facts of the environment `alias` are past their
 * retention; null if they never are. `defaultDays` is the parameter with the default retention.
 * Milliseconds, because facts have no finer times.
 */
export function expiredBefore(alias: string, defaultDays: string): string {
  return `date_trunc('milliseconds',
    now() - coalesce(${alias}.retention_days, ${defaultDays}::integer) * interval '24 hours')`;
}

export interface OwnerRetention {
  /** The names of the organization and the environment: `acme/prod`. */
  readonly environment: string;
  readonly retentionDays: number | null;
  /** Earlier facts are past their retention. Null: facts are kept for ever. */
  readonly expiredBeforeMs: number | null;
}

/** As `findRetention`. Throws if the environment does not exist. */
export async function ownerRetention(
  client: Queryable,
  owner: Pick<SegmentOwner, 'environmentId'>,
  defaultDays: number | null,
): Promise<OwnerRetention> {
  const retention = await findRetention(client, owner, defaultDays);
  if (retention === null) throw new Error(`environment ${owner.environmentId} does not exist`);
  return retention;
}

/** By the database's clock at the start of the transaction. Null: the environment does not exist. */
export async function findRetention(
  client: Queryable,
  { environmentId }: Pick<SegmentOwner, 'environmentId'>,
  defaultDays: number | null,
): Promise<OwnerRetention | null> {
  const { rows } = await client.query<{ environment: string; days: number | null; before: Date | null }>(
    `select o.name || '/' || e.name as environment, coalesce(e.retention_days, $2::integer) as days,
            ${expiredBefore('e', '$2')} as before
       from environments e join organizations o on o.id = e.organization_id
      where e.id = $1`,
    [environmentId, defaultDays],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return {
    environment: row.environment,
    retentionDays: row.days,
    expiredBeforeMs: row.before?.getTime() ?? null,
  };
}

/**
 * Returns the plan for those of its facts that are not past their retention, and the time before
 * which they are. Records do not expire, so that a dataset made of them keeps its facts.
 */
export function keptFacts(
  boundPlan: BoundPlan,
  expiredBeforeMs: number | null,
): { readonly kept: BoundPlan; readonly expiredBeforeMs: number | null } {
  const { plan, dataset } = boundPlan;
  if (dataset.records.length > 0 || expiredBeforeMs === null)
    return { kept: boundPlan, expiredBeforeMs: null };
  const { comparedRange } = plan;
  const kept = {
    ...plan,
    range: keptRange(plan.range, expiredBeforeMs),
    ...(comparedRange === undefined ? {} : { comparedRange: keptRange(comparedRange, expiredBeforeMs) }),
  };
  return { kept: { ...boundPlan, plan: kept }, expiredBeforeMs };
}

function keptRange({ startMs, endExclusiveMs }: TimeRange, expiredBeforeMs: number): TimeRange {
  return { startMs: Math.max(startMs, Math.min(expiredBeforeMs, endExclusiveMs)), endExclusiveMs };
}
