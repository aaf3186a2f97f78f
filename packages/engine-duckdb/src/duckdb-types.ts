import { decimalDigits } from '@hourglass/facts';
import { environmentColumn, type ColumnType, type FactRowColumn } from '@hourglass/query';

/** DuckDB types of the columns of `facts`, as `compileReport` expects them, and of segments. */
export const duckDbTypes: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  decimal: `DECIMAL(${decimalDigits.whole + decimalDigits.fraction},${decimalDigits.fraction})`,
  float: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
};

/** Returns the DuckDB type of a column of copied facts. */
export function copiedType({ name, type }: FactRowColumn): string {
  return name === environmentColumn.name ? 'INTEGER' : duckDbTypes[type];
}
