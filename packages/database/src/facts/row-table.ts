import type { Dataset, RecordSet } from '@hourglass/query';
import type { ClientBase, Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ensureDayPartitions } from './day-partitions.ts';
import { copyIntoHotTable, factCellColumns } from './hot-table.ts';
import { recordStatements } from './record-table.ts';

/** Where the rows of one batch go, within its transaction. */
export interface RowTable {
  /** Whether what it takes is to be sealed. */
  readonly isHot: boolean;
  /** Of the cells of a row. */
  readonly columns: readonly string[];
  /** Stands before every row. */
  readonly rowPrefix: string;
  /** `columns`: those that its rows have. `days`: those of its facts. */
  take(
    chunk: Buffer,
    rows: { readonly columns: readonly string[]; readonly days: ReadonlySet<number> },
  ): Promise<void>;
  /** Once, after the last chunk. */
  settle(): Promise<void>;
}

export interface BatchOfEnvironment {
  readonly environmentId: number;
  readonly batchSeq: string;
}

/** Facts are added to the hot table of their dataset, in the partitions of their days. */
export function factTable(
  client: ClientBase,
  controlPool: Pool,
  dataset: Dataset,
  { environmentId, batchSeq }: BatchOfEnvironment,
): RowTable {
  return {
    isHot: true,
    columns: factCellColumns(dataset),
    rowPrefix: `${environmentId}\t${batchSeq}\t`,
    async take(chunk, { columns, days }) {
      await ensureDayPartitions(client, controlPool, dataset.hotTable, days);
      // A statement of its own per chunk: it sees the partitions that were made after the batch began.
      await copyChunk(client, copyIntoHotTable(dataset, columns), chunk);
    },
    settle: () => Promise.resolve(),
  };
}

/** Records are gathered beside the table of their set and replace those of their keys at the end. */
export function recordTable(
  client: ClientBase,
  records: RecordSet,
  { environmentId, batchSeq }: BatchOfEnvironment,
): RowTable {
  const { prepare, copy, merge } = recordStatements(records);
  let prepared = false;
  return {
    isHot: false,
    columns: records.columns.map(({ name }) => name),
    rowPrefix: '',
    async take(chunk, { columns }) {
      if (!prepared) await client.query(prepare);
      prepared = true;
      await copyChunk(client, copy(columns), chunk);
    },
    async settle() {
      if (prepared) await client.query(merge, [environmentId, batchSeq]);
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
