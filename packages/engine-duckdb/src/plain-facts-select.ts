import { anyTime, type FactColumn, type TimeBounds } from '@hourglass/facts';
import { batchSeqColumn, type ColumnType } from '@hourglass/query';
import { duckDbTypes } from './duckdb-types.ts';
import { quoted } from './quoted.ts';

/**
 * Types with which DuckDB reads JSON values. Times are read as text, because it does not accept
 * numbers for times, and decimals too, because it would convert them through a double.
 */
const readAs: Readonly<Record<ColumnType, string>> = {
  ...duckDbTypes,
  decimal: 'VARCHAR',
  timestamp: 'VARCHAR',
};

export function readTypes(read: readonly FactColumn[]): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ['timestamp', 'VARCHAR'],
    ...read.map(({ name, type }) => [name, readAs[type]]),
  ]);
}

/**
 * Reads the file and columns in the variables `body_path` and `body_columns`. A field that occurs
 * twice is an error.
 */
export const readPlainLines = `
  read_json(
    getvariable('body_path'), columns = getvariable('body_columns'), format = 'newline_delimited', records = true,
    maximum_object_size = 4194304)`;

/**
 * Returns the columns in which a fact may have a value, read or computed by the column's
 * `whenMissing` rule.
 */
export function presentColumns(
  columns: readonly FactColumn[],
  read: readonly FactColumn[],
): readonly FactColumn[] {
  const names = new Set(read.map(({ name }) => name));
  return columns.filter(
    ({ name, whenMissing }) =>
      names.has(name) ||
      whenMissing?.kind === 'constant' ||
      (whenMissing?.kind === 'at-least' && names.has(whenMissing.column)),
  );
}

/**
 * Selects the facts of a segment from plain lines. A time that is missing or out of range is an
 * error, as is everything that `readPlainLines` refuses.
 */
export function plainFactsSelect(
  present: readonly FactColumn[],
  {
    read,
    environmentId,
    batchSeq,
    times,
  }: {
    readonly read: readonly FactColumn[];
    readonly environmentId: number;
    readonly batchSeq: string;
    readonly times: TimeBounds;
  },
): string {
  const names = new Set(read.map(({ name }) => name));
  const valueOrNull = (column: FactColumn) =>
    names.has(column.name) ? value(column) : `cast(null as ${duckDbTypes[column.type]})`;
  const byName = new Map(present.map((column) => [column.name, column]));
  const selected = present.map(
    (column) => `, ${withMissingRule(column, byName, valueOrNull)} as ${quoted(column.segmentName)}`,
  );
  const time = inRange(timeOf('"timestamp"'), times, '');
  return `
    select cast(${environmentId} as INTEGER) as environment_id, ${time} as "timestamp",
           cast(${BigInt(batchSeq)} as BIGINT) as ${quoted(batchSeqColumn.name)} ${selected.join('')}
      from ${readPlainLines}`;
}

function value({ name, type }: FactColumn): string {
  const column = quoted(name);
  if (type === 'timestamp') return inRange(timeOf(column), anyTime, `when ${column} is null then null`);
  if (type === 'decimal') return `cast(${column} as ${duckDbTypes.decimal})`;
  // Converts minus zero to zero, as the hot table does.
  return type === 'float' ? `${column} + 0` : column;
}

function withMissingRule(
  column: FactColumn,
  byName: ReadonlyMap<string, FactColumn>,
  valueOrNull: (column: FactColumn) => string,
): string {
  const { whenMissing: rule } = column;
  if (rule === undefined) return valueOrNull(column);
  if (rule.kind === 'constant') return `coalesce(${valueOrNull(column)}, ${rule.value})`;
  const source = byName.get(rule.column);
  if (source === undefined) return valueOrNull(column);
  return `coalesce(${valueOrNull(column)}, cast(${valueOrNull(source)} >= ${rule.threshold} as ${duckDbTypes[column.type]}))`;
}

/**
 * Converts a plain time, which is text in UTC or milliseconds since 1970. Truncates to
 * milliseconds.
 */
function timeOf(column: string): string {
  return `case when contains(${column}, '-') then date_trunc('millisecond', cast(${column} as TIMESTAMP))
               else make_timestamp_ms(cast(${column} as BIGINT)) end`;
}

function inRange(time: string, { earliestMs, latestMs }: TimeBounds, missing: string): string {
  return `case ${missing} when ${time} between make_timestamp_ms(${earliestMs}) and make_timestamp_ms(${latestMs})
               then ${time} else error('a time is out of range') end`;
}
