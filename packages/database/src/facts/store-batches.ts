import type { ArrivedBatch, BatchIdentity } from '@hourglass/facts';
import type { Dataset } from '@hourglass/query';
import type { AuditEvent } from '@hourglass/reports';
import type { ClientBase } from 'pg';
import { auditJson } from '../audit/insert-audit-event.ts';
import { haveSameCells, linesWithPrefix, withTimesOf, type FactTimes } from './copied-rows.ts';
import { copyChunks } from './copy-chunks.ts';
import { copyIntoHotTable, factCellColumns, factPrefix } from './hot-table.ts';

/** A batch of facts for the dataset of its target, with the event that describes it. */
export interface SharedBatch extends ArrivedBatch {
  readonly identity: BatchIdentity;
  readonly dataset: Dataset;
  readonly event: AuditEvent;
}

/**
 * Inserts batches of one environment and dataset with their facts and events, within a transaction.
 * Returns the ids of those it inserted: the ids of the others are taken.
 */
export async function storeBatches(
  client: ClientBase,
  batches: readonly SharedBatch[],
): Promise<ReadonlySet<string>> {
  const [first] = batches;
  if (first === undefined) return new Set();
  const seqs = await insertBatches(client, first.identity, batches);
  for (const { columns, chunks } of copiesOf(batches, seqs)) {
    await copyChunks(client, copyIntoHotTable(first.dataset, columns), chunks);
  }
  return new Set(seqs.keys());
}

/** Returns the numbers of the batches by their ids. */
async function insertBatches(
  client: ClientBase,
  { environmentId, target }: BatchIdentity,
  batches: readonly SharedBatch[],
): Promise<ReadonlyMap<string, string>> {
  const times = batches.map(({ rows }) => rows.reduce(withTimesOf, [null, null] as FactTimes));
  const { rows } = await client.query<{ id: string; seq: string }>({
    name: 'insert-batches',
    text: insertStatement,
    values: [
      ...[environmentId, target.name],
      batches.map(({ identity }) => identity.id),
      batches.map(({ identity }) => identity.createdBy ?? null),
      batches.map(({ accepted }) => accepted),
      batches.map(({ bodySha256 }) => bodySha256),
      ...[times.map(([firstAt]) => firstAt), times.map(([, lastAt]) => lastAt)],
      batches.map(({ event }) => auditJson(event)),
    ],
  });
  return new Map(rows.map(({ id, seq }) => [id, seq]));
}

const insertStatement = `
  with stored as (
    insert into batches (environment_id, dataset, id, created_by, accepted, body_sha256, first_at, last_at)
    select $1, $2, batch.*
      from unnest($3::text[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[], $8::timestamptz[])
             as batch
    on conflict (environment_id, dataset, id) do nothing
    returning id, seq
  )
  select stored.id, seq, insert_audit_event(event)
    from stored
    join unnest($3::text[], $9::jsonb[]) as described (id, event) on described.id = stored.id`;

interface Copy {
  readonly cells: readonly number[];
  readonly columns: readonly string[];
  readonly chunks: Buffer[];
}

/** One for all lines with the same cells. */
function copiesOf(batches: readonly SharedBatch[], seqs: ReadonlyMap<string, string>): readonly Copy[] {
  const copies: Copy[] = [];
  for (const { identity, dataset, rows } of batches) {
    const batchSeq = seqs.get(identity.id);
    if (batchSeq === undefined) continue;
    const prefix = factPrefix({ environmentId: identity.environmentId, batchSeq });
    const names = factCellColumns(dataset);
    for (const group of rows) {
      const { cells } = group;
      const copy = copies.find((one) => haveSameCells(one.cells, cells)) ?? {
        ...{ cells, chunks: [] },
        columns: cells.map((cell) => names[cell] ?? ''),
      };
      if (!copies.includes(copy)) copies.push(copy);
      copy.chunks.push(linesWithPrefix([group], prefix));
    }
  }
  return copies;
}
