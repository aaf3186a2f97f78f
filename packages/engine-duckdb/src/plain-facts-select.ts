import { earliestMs, latestFactMs, latestMs, type FactColumn } from '@hourglass/facts';
import type { ColumnType } from '@hourglass/query';
import { duckDbTypes } from './duckdb-types.ts';
import { quoted } from './segment-relation.ts';

/**
 * As what DuckDB's reader takes each value. Times come as text, because it takes no numbers for times, and so do
 * decimals, because it would take them through a double.
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

/** From the variables `body_path` and `body_columns`. A field that comes twice is an error. */
export const readPlainLines = `
  read_json(
    getvariable('body_path'), columns = getvariable('body_columns'), format = 'newline_delimited', records = true,
    maximum_object_size = 4194304)`;

/** Those in which a fact may have a value: given, or filled in by the rule of the column. */
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
 * The facts of a segment out of plain lines. A time that is missing or out of range is an error, as are other things
 * that `readPlainLines` refuses.
 */
export function plainFactsSelect(
  present: readonly FactColumn[],
  {
    read,
    environmentId,
    nowMs,
  }: { readonly read: readonly FactColumn[]; readonly environmentId: number; readonly nowMs: number },
): string {
  const names = new Set(read.map(({ name }) => name));
  const given = (column: FactColumn) =>
    names.has(column.name) ? value(column) : `cast(null as ${duckDbTypes[column.type]})`;
  const byName = new Map(present.map((column) => [column.name, column]));
  const selected = present.map(
    (column) => `, ${filledIn(column, byName, given)} as ${quoted(column.segmentName)}`,
  );
  const time = inRange(timeOf('"timestamp"'), latestFactMs(nowMs), '');
  return `
    select cast(${environmentId} as INTEGER) as environment_id, ${time} as "timestamp" ${selected.join('')}
      from ${readPlainLines}`;
}

function value({ name, type }: FactColumn): string {
  const column = quoted(name);
  if (type === 'timestamp') return inRange(timeOf(column), latestMs, `when ${column} is null then null`);
  if (type === 'decimal') return `cast(${column} as ${duckDbTypes.decimal})`;
  // There is no minus zero: the hot table has none.
  return type === 'float' ? `${column} + 0` : column;
}

function filledIn(
  column: FactColumn,
  byName: ReadonlyMap<string, FactColumn>,
  given: (column: FactColumn) => string,
): string {
  const { whenMissing: rule } = column;
  if (rule === undefined) return given(column);
  if (rule.kind === 'constant') return `coalesce(${given(column)}, ${rule.value})`;
  const source = byName.get(rule.column);
  if (source === undefined) return given(column);
  return `coalesce(${given(column)}, cast(${given(source)} >= ${rule.threshold} as ${duckDbTypes[column.type]}))`;
}

/** Digits beyond milliseconds are cut off. A plain time is text in UTC or milliseconds since 1970. */
function timeOf(column: string): string {
  return `case when contains(${column}, '-') then date_trunc('millisecond', cast(${column} as TIMESTAMP))
               else make_timestamp_ms(cast(${column} as BIGINT)) end`;
}

function inRange(time: string, lastMs: number, missing: string): string {
  return `case ${missing} when ${time} between make_timestamp_ms(${earliestMs}) and make_timestamp_ms(${lastMs})
               then ${time} else error('a time is out of range') end`;
}
