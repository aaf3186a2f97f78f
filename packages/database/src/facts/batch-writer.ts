import type { BatchWriter } from '@hourglass/facts';
import type { Dataset } from '@hourglass/query';
import type { ClientBase, Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { BorrowedConnection } from '../connection.ts';
import { asDatabaseError } from '../database-errors.ts';
import { ensureDayPartitions } from './day-partitions.ts';
import { copyIntoHotTable } from './hot-table.ts';

/** Large enough that a COPY costs nothing beside its rows, small enough to hold one per open batch. */
const chunkCharacters = 4 * 1024 * 1024;

export interface BatchTarget {
  /** In a transaction that has inserted the batch. The writer ends both. */
  readonly connection: BorrowedConnection;
  readonly controlPool: Pool;
  readonly environmentId: number;
  readonly batchSeq: string;
  readonly dataset: Dataset;
}

/**
 * A batch that is being written. It is open until `commit` or `rollback`, or until anything fails: then the
 * transaction is rolled back, the connection is closed, and every later call but `rollback` throws.
 */
export function createBatchWriter(target: BatchTarget): BatchWriter {
  const { connection, controlPool, environmentId, batchSeq, dataset } = target;
  const { client } = connection;
  const copyStatement = copyIntoHotTable(dataset);
  const rowPrefix = `${environmentId}\t${batchSeq}\t`;
  let open = true;
  let lines: string[] = [];
  let bufferedCharacters = 0;
  let days = new Set<number>();

  async function flush(): Promise<void> {
    if (lines.length === 0) return;
    const chunk = Buffer.from(lines.join(''), 'utf8');
    const chunkDays = days;
    lines = [];
    days = new Set();
    bufferedCharacters = 0;
    await ensureDayPartitions(client, controlPool, dataset.hotTable, chunkDays);
    // A statement of its own per chunk: it sees the partitions that were made after the batch began.
    await copyChunk(client, copyStatement, chunk);
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
    lines = [];
    connection.release(reason);
  }

  return {
    write: (facts) =>
      whileOpen(async () => {
        for (const { copyLine, day } of facts) {
          lines.push(rowPrefix, copyLine);
          bufferedCharacters += rowPrefix.length + copyLine.length;
          days.add(day);
          if (bufferedCharacters >= chunkCharacters) await flush();
        }
      }),
    commit: ({ accepted, bodySha256 }) =>
      whileOpen(async () => {
        await flush();
        await client.query('update batches set accepted = $1, body_sha256 = $2 where seq = $3', [
          accepted,
          bodySha256,
          batchSeq,
        ]);
        await client.query('commit');
        end();
      }),
    async rollback() {
      // Closing the connection rolls back and cannot fail, also when the server is gone.
      if (open) end('rolled back');
    },
  };
}

/** Events and not a pipeline: the stream never calls back for a chunk whose connection was lost. */
function copyChunk(client: ClientBase, statement: string, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = client.query(copyFrom(statement));
    stream.once('finish', resolve);
    stream.on('error', reject);
    stream.end(chunk);
  });
}
