import { batchSeqColumn, environmentColumn, timestampColumn } from './fact-row.ts';
import { timeUnits } from '../plan/plan.ts';

/** The column of a hot table that contains the values of custom fields. */
export const customFieldsColumn = 'custom_fields';

/**
 * Columns of every table of facts besides the stored ones, and the names of time columns in
 * reports.
 */
const reservedNames: ReadonlySet<string> = new Set([
  timestampColumn.name,
  environmentColumn.name,
  batchSeqColumn.name,
  customFieldsColumn,
  ...timeUnits,
]);
/**
 * Column names of `compileReport`. A stored column of such a name would be ambiguous in its SQL.
 */
const outputColumn = /^c[0-9]+$/;

/** PostgreSQL truncates identifiers to 63 bytes, which could make two names equal. */
export const identifier = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;

/**
 * Folds letter case: DuckDB's identifiers are case-insensitive, so such names would be one column.
 */
export function foldedName(name: string): string {
  return name.toLowerCase();
}

export function isReserved(name: string): boolean {
  return reservedNames.has(foldedName(name)) || outputColumn.test(foldedName(name));
}
