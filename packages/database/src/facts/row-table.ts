import type { Dataset, RecordSet } from '@hourglass/query';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
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
  /** Writes a chunk of COPY lines with the cells of `columns`. */
  write(chunk: Buffer, columns: readonly string[]): Promise<void>;
  /** Called once, after the last chunk. */
  finish(): Promise<void>;
}

export interface BatchReference {
  readonly environmentId: number;
  readonly batchSeq: string;
}

/** Appends facts to their dataset's hot table. */
export function factTable(
  client: ClientBase,
  dataset: Dataset,
  { environmentId, batchSeq }: BatchReference,
): RowTable {
  return {
    isHot: true,
    columns: factCellColumns(dataset),
    rowPrefix: `${environmentId}\t${batchSeq}\t`,
    write: (chunk, columns) => copyChunk(client, copyIntoHotTable(dataset, columns), chunk),
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
    async write(chunk, columns) {
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
