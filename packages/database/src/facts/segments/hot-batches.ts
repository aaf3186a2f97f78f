import type { HotFacts, SealingTerms, SegmentOwner } from '@hourglass/facts';
import { sealedDataset, type Catalogue, type CustomField, type Dataset } from '@hourglass/query';
import type { Queryable } from '../../connection/scoped-pool.ts';

/** Queries may read a deleted custom field for this long; no query lives longer. */
const deletedFieldDays = 7;

interface DueRow {
  readonly environmentId: number;
  readonly dataset: string;
}

/**
 * Reads only the index of hot batches, which are few. Prepared, because it runs for every batch.
 */
export async function countHotFacts(pool: Queryable): Promise<number> {
  const { rows } = await pool.query<{ facts: string }>({
    name: 'count-hot-facts',
    text: 'select coalesce(sum(accepted - deleted), 0) as facts from batches where hot',
  });
  return Number(rows[0]?.facts);
}

/** Skips datasets made of records, which are replaced in place and never sealed. */
export async function listDue(
  pool: Queryable,
  catalogue: Catalogue,
  { minFacts, maxAgeMs }: SealingTerms,
): Promise<readonly SegmentOwner[]> {
  const { rows } = await pool.query<DueRow>(
    `select environment_id as "environmentId", dataset
       from batches
      where hot and dataset = any($1)
      group by environment_id, dataset
     having sum(accepted - deleted) >= $2
         or min(created_at) <= now() - $3::float8 * interval '1 millisecond'
      order by sum(accepted - deleted) desc, environment_id, dataset`,
    [sealableDatasets(catalogue).map(({ name }) => name), minFacts, maxAgeMs],
  );
  return rows;
}

export async function oldestHotFacts(
  pool: Queryable,
  catalogue: Catalogue,
  { environmentId, dataset }: SegmentOwner,
  { maxFacts }: SealingTerms,
): Promise<HotFacts | null> {
  const { rows } = await pool.query<{ seq: string; hot: string }>(
    `select seq, hot
       from (select seq, accepted - deleted as hot, sum(accepted - deleted) over (order by seq) as facts
               from batches
              where hot and environment_id = $1 and dataset = $2) batch
      where facts - hot < $3 and (facts <= $3 or facts = hot)
      order by seq`,
    [environmentId, dataset, maxFacts],
  );
  if (rows.length === 0) return null;
  const found = catalogue.get(dataset);
  if (found === undefined) throw new Error(`unknown dataset "${dataset}"; expected one of the catalogue`);
  const fields = found.takesCustomFields ? await sealedFields(pool, environmentId, dataset) : [];
  return {
    dataset: sealedDataset(found, fields),
    environmentId,
    batchSeqs: rows.map(({ seq }) => BigInt(seq)),
    facts: rows.reduce((sum, { hot }) => sum + Number(hot), 0),
  };
}

/** Returns the declared fields and the deleted fields that queries may still read. */
async function sealedFields(
  pool: Queryable,
  environmentId: number,
  dataset: string,
): Promise<readonly CustomField[]> {
  const { rows } = await pool.query<CustomField>(
    `select id, name, type from custom_fields where environment_id = $1 and dataset = $2
      union all
     select id, name, type from deleted_custom_fields
      where environment_id = $1 and dataset = $2 and deleted_at > now() - $3 * interval '1 day'
      order by id`,
    [environmentId, dataset, deletedFieldDays],
  );
  return rows;
}

function sealableDatasets(catalogue: Catalogue): readonly Dataset[] {
  return [...catalogue.values()].filter(({ records }) => records.length === 0);
}
