import {
  customFieldsColumn,
  environmentColumn,
  storedColumns,
  timestampColumn,
  type Dataset,
} from '@hourglass/query';
import { escapeIdentifier } from 'pg';

const dayMs = 86_400_000;

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

/** The partition of a hot table for one UTC day. */
export interface DayPartition {
  readonly table: string;
  /** `YYYY-MM-DD`, inclusive. */
  readonly start: string;
  /** `YYYY-MM-DD`, exclusive. */
  readonly endExclusive: string;
}

/**
 * `day` is the number of days since 1970-01-01. Throws unless the day lies within the years 1 to
 * 9999.
 */
export function dayPartition(hotTable: string, day: number): DayPartition {
  const start = isoDate(day);
  return {
    table: `${hotTable}_p${start.replaceAll('-', '')}`,
    start,
    endExclusive: isoDate(day + 1),
  };
}

function isoDate(day: number): string {
  const date = new Date(day * dayMs);
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999))
    throw new RangeError(`day ${day} has no partition: year ${year}; expected 1 to 9999`);
  return date.toISOString().slice(0, 10);
}
