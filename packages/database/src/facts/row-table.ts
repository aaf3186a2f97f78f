import type { Dataset, RecordSet } from '@hourglass/query';
import type { ClientBase, Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ensureDayPartitions } from './day-partitions.ts';
import { copyIntoHotTable, factCellColumns } from './hot-table.ts';
import { recordStatements } from './record-table.ts';

/** Writes the rows of one batch within its transaction. */
export interface RowTable {
  /** Whether its rows are hot facts, to be sealed later. */
  readonly isHot: boolean;
  /** The column names of a row's cells. */
  readonly columns: readonly string[];
  /** Precedes every row. */
  readonly rowPrefix: string;
  /**
   * Writes a chunk of COPY lines with the cells of `columns`. `days` are the UTC days of its facts.
   */
  write(
    chunk: Buffer,
    rows: { readonly columns: readonly string[]; readonly days: ReadonlySet<number> },
  ): Promise<void>;
  /** Called once, after the last chunk. */
  finish(): Promise<void>;
}

export interface BatchReference {
  readonly environmentId: number;
  readonly batchSeq: string;
}

/** Appends facts to their dataset's hot table, in the partitions of their days. */
export function factTable(
  client: ClientBase,
  controlPool: Pool,
  dataset: Dataset,
  { environmentId, batchSeq }: BatchReference,
): RowTable {
  return {
    isHot: true,
    columns: factCellColumns(dataset),
    rowPrefix: `${environmentId}\t${batchSeq}\t`,
    async write(chunk, { columns, days }) {
      await ensureDayPartitions(client, controlPool, dataset.hotTable, days);
      // One statement per chunk, so that it sees partitions created after the batch began.
      await copyChunk(client, copyIntoHotTable(dataset, columns), chunk);
    },
    finish: () => Promise.resolve(),
  };
}

/** Stages records in a temporary table; `finish` upserts them by their keys. */
export function recordTable(
  client: ClientBase,
  records: RecordSet,
  { environmentId, batchSeq }: BatchReference,
): RowTable {
  const { prepare, copy, merge } = recordStatements(records);
  let prepared = false;
  return {
    isHot: false,
    columns: records.columns.map(({ name }) => name),
    rowPrefix: '',
    async write(chunk, { columns }) {
      if (!prepared) await client.query(prepare);
      prepared = true;
      await copyChunk(client, copy(columns), chunk);
    },
    async finish() {
      if (prepared) await client.query(merge, [environmentId, batchSeq]);
    },
  };
}

/**
 * Uses events instead of a pipeline: the stream never calls back for a chunk whose connection was
 * lost.
 */
function copyChunk(client: ClientBase, statement: string, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = client.query(copyFrom(statement));
    stream.once('finish', resolve);
    stream.on('error', reject);
    stream.end(chunk);
  });
}
