import type { BatchWriter } from '@hourglass/facts';
import type { BorrowedConnection } from '../connection/transaction.ts';
import { asDatabaseError } from '../connection/database-errors.ts';
import { goLive } from './segments/move-facts.ts';
import { FilledColumns } from './filled-columns.ts';
import type { RowTable } from './row-table.ts';

/** Large enough that a COPY costs nothing beside its rows, small enough to hold one per open batch. */
const chunkCharacters = 4 * 1024 * 1024;

export interface OpenBatch {
  /** In a transaction that has inserted the batch. The writer ends both. */
  readonly connection: BorrowedConnection;
  readonly batchSeq: string;
  /** Of the same connection. */
  readonly table: RowTable;
}

/**
 * A batch that is being written. It is open until `commit` or `rollback`, or until anything fails: then the
 * transaction is rolled back, the connection is closed, and every later call but `rollback` throws.
 */
export function createBatchWriter({ connection, batchSeq, table }: OpenBatch): BatchWriter {
  const { client } = connection;
  const filled = new FilledColumns(table.columns);
  let open = true;
  let texts: string[] = [];
  let bufferedCharacters = 0;
  let days = new Set<number>();

  async function flush(): Promise<void> {
    if (texts.length === 0) return;
    const chunk = Buffer.from(texts.join(''), 'utf8');
    const chunkDays = days;
    texts = [];
    days = new Set();
    bufferedCharacters = 0;
    await table.take(chunk, { columns: filled.filledNames, days: chunkDays });
  }

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
    texts = [];
    connection.release(reason);
  }

  return {
    write: (rows) =>
      whileOpen(async () => {
        const missing = filled.missingFor(rows);
        if (missing.length > 0) {
          await flush();
          filled.add(missing);
        }
        const text = filled.linesOf(table.rowPrefix, rows);
        texts.push(text);
        bufferedCharacters += text.length;
        for (const { day } of rows) if (day !== null) days.add(day);
        if (bufferedCharacters >= chunkCharacters) await flush();
      }),
    commit: ({ accepted, bodySha256, segmentIds = [] }) =>
      whileOpen(async () => {
        await flush();
        await table.settle();
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
      // Closing the connection rolls back and cannot fail, also when the server is gone.
      if (open) end('rolled back');
    },
  };
}
