import type { BatchWriter } from '@hourglass/facts';
import type { BorrowedConnection } from '../connection/transaction.ts';
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
}

/**
 * Writes one batch. The batch is open until `commit`, `rollback` or the first failure, which rolls
 * the transaction back and closes the connection; after it every call except `rollback` throws.
 */
export function createBatchWriter({ connection, batchSeq, table }: OpenBatch): BatchWriter {
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
    write: (rows) => whileOpen(() => buffer.add(rows)),
    commit: ({ accepted, bodySha256, segmentIds = [] }) =>
      whileOpen(async () => {
        await buffer.flush();
        await table.finish();
        if (segmentIds.length > 0) await goLive(client, segmentIds);
        await client.query({
          name: 'end-batch',
          text: 'update batches set accepted = $1, body_sha256 = $2, hot = $3 where seq = $4',
          values: [accepted, bodySha256, table.isHot && segmentIds.length === 0, batchSeq],
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
