import type { BatchCriteria, BatchList, BatchRecord } from '@hourglass/facts';
import type { Queryable, ScopedPool } from '../connection/scoped-pool.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import { joinSql, sql, type Sql } from '../connection/sql.ts';

export function createBatchList(pool: ScopedPool): BatchList {
  return {
    list: (environmentId, criteria, limit) =>
      servedByDatabase(() =>
        select(
          pool.within({ environmentId }),
          [sql`environment_id = ${environmentId}::integer`, ...conditionsOf(criteria)],
          limit,
        ),
      ),
    find: (environmentId, id) =>
      servedByDatabase(() =>
        select(
          pool.within({ environmentId }),
          [sql`environment_id = ${environmentId}::integer`, sql`id = ${id}`],
          100,
        ),
      ),
  };
}

interface BatchRow extends Omit<BatchRecord, 'seq'> {
  readonly seq: string;
}

/** The position of a page is given by value, so batches that are added or deleted shift no page. */
async function select(
  pool: Queryable,
  conditions: readonly Sql[],
  limit: number,
): Promise<readonly BatchRecord[]> {
  const { rows } = await pool.query<BatchRow>(sql`
    select seq::text, id, dataset, created_at as "createdAt", created_by as "createdBy",
           (accepted - deleted)::float8 as facts, first_at as "firstAt", last_at as "lastAt"
      from batches
     where ${joinSql(conditions, ' and ')}
     order by batches.seq desc
     limit ${limit}::bigint`);
  return rows.map((row) => ({ ...row, seq: BigInt(row.seq) }));
}

function conditionsOf({ dataset, createdFrom, createdBefore, afterSeq }: BatchCriteria): readonly Sql[] {
  return [
    ...(dataset === undefined ? [] : [sql`dataset = ${dataset}`]),
    ...(createdFrom === undefined ? [] : [sql`created_at >= ${createdFrom}::timestamptz`]),
    ...(createdBefore === undefined ? [] : [sql`created_at < ${createdBefore}::timestamptz`]),
    ...(afterSeq === undefined ? [] : [sql`seq < ${String(afterSeq)}::bigint`]),
  ];
}
