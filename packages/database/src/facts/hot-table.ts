import {
  customFieldsColumn,
  environmentColumn,
  storedColumns,
  timestampColumn,
  type Dataset,
} from '@hourglass/query';
import { escapeIdentifier } from 'pg';

const dayMs = 86_400_000;

/** Of the cells of an encoded fact. */
export function factCellColumns(dataset: Dataset): readonly string[] {
  const stored = [timestampColumn.name, ...storedColumns(dataset).map((column) => column.name)];
  return dataset.takesCustomFields ? [...stored, customFieldsColumn] : stored;
}

/** The statement that takes facts: their tenant and batch, then `columns`. The others are null. */
export function copyIntoHotTable({ hotTable }: Dataset, columns: readonly string[]): string {
  const names = [environmentColumn.name, 'batch_seq', ...columns].map(escapeIdentifier);
  return `copy ${escapeIdentifier(hotTable)} (${names.join(', ')}) from stdin`;
}

/** The part of a hot table that holds one UTC day. */
export interface DayPartition {
  readonly table: string;
  /** `YYYY-MM-DD`, included. */
  readonly start: string;
  /** `YYYY-MM-DD`, not included. */
  readonly endExclusive: string;
}

/** `day` counts from 1970-01-01. Throws unless it begins and ends within the years 1 to 9999. */
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
  if (!(year >= 1 && year <= 9999)) throw new RangeError(`day ${day} has no partition: year ${year}`);
  return date.toISOString().slice(0, 10);
}
