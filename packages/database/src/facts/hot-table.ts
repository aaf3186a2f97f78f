import {
  customFieldsColumn,
  environmentColumn,
  storedColumns,
  timestampColumn,
  type Dataset,
} from '@hourglass/query';
import { escapeIdentifier } from 'pg';

export interface BatchReference {
  readonly environmentId: number;
  readonly batchSeq: string;
}

/** The column names of an encoded fact's cells. */
export function factCellColumns(dataset: Dataset): readonly string[] {
  const stored = [timestampColumn.name, ...storedColumns(dataset).map((column) => column.name)];
  return dataset.takesCustomFields ? [...stored, customFieldsColumn] : stored;
}

/** Makes the COPY statement for the tenant, the batch and `columns`. Other columns are null. */
export function copyIntoHotTable({ hotTable }: Dataset, columns: readonly string[]): string {
  const names = [environmentColumn.name, 'batch_seq', ...columns].map(escapeIdentifier);
  return `copy ${escapeIdentifier(hotTable)} (${names.join(', ')}) from stdin`;
}

/** Precedes every line: the cells of the tenant and the batch. */
export function factPrefix({ environmentId, batchSeq }: BatchReference): string {
  return `${environmentId}\t${batchSeq}\t`;
}
