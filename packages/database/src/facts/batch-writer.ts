import type { BatchWriter } from '@hourglass/facts';
import type { AuditOf } from '@hourglass/reports';
import type { ClientBase } from 'pg';
import { auditJson } from '../audit/insert-audit-event.ts';
import type { BorrowedConnection } from '../connection/borrow-connection.ts';
import { asDatabaseError } from '../connection/database-errors.ts';
import { goLive } from './segments/move-facts.ts';
import { RowBuffer } from './row-buffer.ts';
import type { RowTable } from './row-table.ts';

export interface OpenBatch {
  /**
   * In a transaction that has inserted the batch. The writer ends the transaction and releases the
   * connection.
   */
  readonly connection: BorrowedConnection;
  readonly batchSeq: string;
  /** Writes through the same connection. */
  readonly table: RowTable;
  /** Describes the batch by its number of accepted rows. */
  readonly audit: AuditOf<number>;
}

/**
 * Writes one batch. The batch is open until `commit`, `rollback` or the first failure, which rolls
 * the transaction back and closes the connection; after it every call except `rollback` throws.
 */
export function createBatchWriter({ connection, batchSeq, table, audit }: OpenBatch): BatchWriter {
  const { client } = connection;
  const buffer = new RowBuffer(table);
  let open = true;

  async function whileOpen(work: () => Promise<void>): Promise<void> {
    if (!open) throw new Error('the batch has ended');
    try {
      await work();
    } catch (error) {
      end(error);
      throw asDatabaseError(error);
    }
  }

  function end(reason?: unknown): void {
    open = false;
    buffer.clear();
    connection.release(reason);
  }

  return {
    batchSeq,
    write: (rows) => whileOpen(() => buffer.add(rows)),
    commit: ({ accepted, bodySha256, segmentIds = [] }) =>
      whileOpen(async () => {
        await buffer.flush();
        await table.finish();
        if (segmentIds.length > 0) await goLive(client, segmentIds);
        const isHot = table.isHot && segmentIds.length === 0;
        const times = isHot ? buffer.times : await timesOf(client, segmentIds);
        await client.query({
          name: 'end-batch',
          text: endBatch,
          values: [
            ...[accepted, bodySha256, isHot, !isHot && table.isHot, ...times, batchSeq],
            auditJson(audit(accepted)),
          ],
        });
        await client.query('commit');
        end();
      }),
    async rollback() {
      // Closing the connection rolls back and cannot fail, even when the server is unreachable.
      if (open) end('rolled back');
    },
  };
}

const endBatch = `
  with ended as (
    update batches
       set accepted = $1, body_sha256 = $2, hot = $3, sealed_with_seq = $4, first_at = $5, last_at = $6
     where seq = $7
    returning seq
  )
  select insert_audit_event($8) from ended`;

async function timesOf(
  client: ClientBase,
  segmentIds: readonly string[],
): Promise<readonly [first: string | null, last: string | null]> {
  if (segmentIds.length === 0) return [null, null];
  const { rows } = await client.query<{ first: string; last: string }>(
    'select min(first_at)::text as first, max(last_at)::text as last from segments where id = any($1)',
    [segmentIds],
  );
  return [rows[0]?.first ?? null, rows[0]?.last ?? null];
}
