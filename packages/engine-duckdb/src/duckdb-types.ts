import { decimalDigits } from '@hourglass/facts';
import { environmentColumn, type ColumnType, type FactRowColumn } from '@hourglass/query';

/** As `compileReport` expects the columns of `facts`, and as segments have them. */
export const duckDbTypes: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  decimal: `DECIMAL(${decimalDigits.whole + decimalDigits.fraction},${decimalDigits.fraction})`,
  float: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
};

/** Of a column of copied facts. */
export function copiedType({ name, type }: FactRowColumn): string {
  return name === environmentColumn.name ? 'INTEGER' : duckDbTypes[type];
}
