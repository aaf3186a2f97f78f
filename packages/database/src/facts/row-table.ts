import type { Dataset, RecordSet } from '@hourglass/query';
import type { ClientBase } from 'pg';
import { copyChunks } from './copy-chunks.ts';
import { copyIntoHotTable, factCellColumns, factPrefix, type BatchReference } from './hot-table.ts';
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

/** Appends facts to their dataset's hot table. */
export function factTable(
  client: ClientBase,
  dataset: Dataset,
  { environmentId, batchSeq }: BatchReference,
): RowTable {
  return {
    isHot: true,
    columns: factCellColumns(dataset),
    rowPrefix: factPrefix({ environmentId, batchSeq }),
    write: (chunk, columns) => copyChunks(client, copyIntoHotTable(dataset, columns), [chunk]),
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
      await copyChunks(client, copy(columns), [chunk]);
    },
    async finish() {
      if (prepared) await client.query(merge, [environmentId, batchSeq]);
    },
  };
}
