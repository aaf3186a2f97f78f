import type { Tenant } from '@hourglass/query';
import type { EqualQuery, Reuse } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { sql } from '../connection/sql.ts';
import { producer, type ResultTerms } from './result-terms.ts';

/** Returns what a submission now would share; see `QueryStore.findEqual`. */
export async function findEqual(
  pool: Queryable,
  { environmentId }: Tenant,
  { reuse, terms }: { readonly reuse: Reuse; readonly terms: ResultTerms },
): Promise<EqualQuery | null> {
  if (!reuse.isAllowed) return null;
  const { rows } = await pool.query<{ isCompleted: boolean }>(sql`
    select source_id is not null as "isCompleted"
      from find_equal_query(
             ${environmentId}, ${Buffer.from(reuse.key)}, ${producer(terms)},
             ${[...reuse.reads]}, ${reuse.readsFrom}, ${terms.retentionDays})`);
  const [found] = rows;
  if (found === undefined) return null;
  return found.isCompleted ? 'completed' : 'active';
}
