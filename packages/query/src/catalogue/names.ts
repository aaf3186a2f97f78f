import { environmentColumn, timestampColumn } from './fact-row.ts';
import { timeUnits } from '../plan/plan.ts';

/** Where the values of an environment's custom fields lie in the hot table of a dataset that takes them. */
export const customFieldsColumn = 'custom_fields';

/** Columns that every table of facts has besides the stored ones, and what reports call their time column. */
const reservedNames: ReadonlySet<string> = new Set([
  timestampColumn.name,
  environmentColumn.name,
  'batch_seq',
  customFieldsColumn,
  ...timeUnits,
]);
/** What `compileReport` calls its columns; a stored column of such a name could be taken for one of them. */
const outputColumn = /^c[0-9]+$/;

/** PostgreSQL cuts identifiers at 63 bytes, which could make two names one. */
export const identifier = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;

/** DuckDB's identifiers have no letter case, so two names that differ in nothing else are one column. */
export function foldedName(name: string): string {
  return name.toLowerCase();
}

export function isReserved(name: string): boolean {
  return reservedNames.has(foldedName(name)) || outputColumn.test(foldedName(name));
}
