import { type Compilable, type RawBuilder, sql, type SqlBool } from 'kysely';
import { customColumns, type Dataset, hotFactsView, storedColumns } from '../catalogue/dataset.ts';
import {
  batchSeqColumn,
  environmentColumn,
  type FactRowColumn,
  type FactRowColumns,
  factRowColumns,
  timestampColumn,
} from '../catalogue/fact-row.ts';
import { getDimension, getFilterSource, metricColumns } from '../catalogue/look-up.ts';
import { customFieldsColumn } from '../catalogue/names.ts';
import { filteredFields } from '../filter/filter-node.ts';
import type { BoundPlan } from '../plan/bound-plan.ts';
import type { PlannedMetric, TimeRange } from '../plan/plan.ts';
import { readRanges } from '../plan/read-ranges.ts';
import { isDistinctFunction } from '../plan/plan-function.ts';
import { impliedConditions } from './implied-conditions.ts';
import { createSqlBuilder } from './sql-builder.ts';
import { transactionSetting } from './transaction-setting.ts';

/** A statement and the settings that its transaction needs (`set_config(name, value, true)`). */
export interface HotFactsCopy {
  readonly sql: string;
  readonly settings: Readonly<Record<string, string>>;
}

const settingNames = {
  environmentId: 'hourglass.environment_id',
  start: 'hourglass.start',
  endExclusive: 'hourglass.end_exclusive',
  batches: 'hourglass.batches',
} as const;

/**
 * Fix the output format: another date style or fewer float digits on the server would change values
 * in the engine.
 */
const formatSettings = { datestyle: 'ISO', extra_float_digits: '1' } as const;

/**
 * Returns the columns that `compileReport` reads for this plan, in the order of the copied file:
 * environment and timestamp, the used stored columns in the order of `storedColumns`, and the used
 * custom fields. Throws if the dataset does not have a name of the plan.
 */
export function hotFactsColumns({ plan, dataset }: BoundPlan): FactRowColumns {
  const used = new Set<string>();
  for (const name of plan.dimensions) {
    if (getDimension(dataset, name).source.kind === 'column') used.add(name);
  }
  for (const planned of plan.metrics) {
    for (const column of columnsOf(planned, dataset)) used.add(column);
  }
  for (const name of plan.filter === null ? [] : filteredFields(plan.filter)) {
    const source = getFilterSource(dataset, name);
    if (source.kind === 'column') used.add(source.column);
  }
  if (plan.targetCurrency !== undefined && dataset.currencyDimension !== undefined)
    used.add(dataset.currencyDimension);
  return factRowColumns([
    ...storedColumns(dataset)
      .filter((column) => used.has(column.name))
      .map(({ name, type }) => ({ name, type })),
    ...customColumns(dataset).filter((column) => used.has(column.name)),
  ]);
}

function columnsOf({ metric, function: name }: PlannedMetric, dataset: Dataset): readonly string[] {
  if (!isDistinctFunction(name)) return metricColumns(dataset, metric);
  return getDimension(dataset, metric).source.kind === 'column' ? [metric] : [];
}

/**
 * Compiles the statement that copies the plan's hot facts from PostgreSQL as CSV with a header.
 * Null is an empty field, an empty text is `""`, and timestamps are UTC without a zone.
 *
 * COPY takes no parameters, so values are passed as settings of the transaction. PostgreSQL skips
 * facts outside of the range and those that the filter is certain to exclude.
 */
export function compileHotFactsCopy(boundPlan: BoundPlan): HotFactsCopy {
  const { sql: select, settings } = compileHotFactsSelect(boundPlan);
  return { sql: copyStatement(select), settings };
}

/**
 * Compiles the select within `compileHotFactsCopy`, for counting and explaining. It has no
 * parameters either.
 */
export function compileHotFactsSelect(boundPlan: BoundPlan): HotFactsCopy {
  const { plan, dataset } = boundPlan;
  const columns = hotFactsColumns(boundPlan);
  const { conditions, settings } = impliedConditions(plan.filter, dataset);
  const ranges = readRanges(plan);
  const select = createSqlBuilder()
    .selectFrom(hotFactsView(dataset))
    .select(columns.map((column) => copyExpression(column).as(column.name)))
    .where(environmentColumn.name, '=', transactionSetting<number>(settingNames.environmentId, 'integer'))
    .where((where) => where.or(ranges.map((_, index) => isInRange(index))));
  return {
    sql: sqlWithoutParameters(conditions.reduce((narrowed, condition) => narrowed.where(condition), select)),
    settings: {
      ...settings,
      [settingNames.environmentId]: String(plan.tenant.environmentId),
      ...Object.fromEntries(ranges.flatMap(rangeSettings)),
      ...formatSettings,
    },
  };
}

function isInRange(index: number): RawBuilder<SqlBool> {
  const [start, endExclusive] = rangeSettingNames(index);
  const timestamp = sql.ref(timestampColumn.name);
  return sql`${timestamp} >= ${transactionSetting<string>(start, 'timestamptz')} and ${timestamp} < ${transactionSetting<string>(endExclusive, 'timestamptz')}`;
}

function rangeSettings({ startMs, endExclusiveMs }: TimeRange, index: number): readonly [string, string][] {
  const [start, endExclusive] = rangeSettingNames(index);
  return [
    [start, new Date(startMs).toISOString()],
    [endExclusive, new Date(endExclusiveMs).toISOString()],
  ];
}

function rangeSettingNames(index: number): readonly [start: string, endExclusive: string] {
  const suffix = index === 0 ? '' : `_${index}`;
  return [`${settingNames.start}${suffix}`, `${settingNames.endExclusive}${suffix}`];
}

/** The hot facts of one environment to seal: all facts of the listed batches. */
export interface HotBatches {
  readonly environmentId: number;
  readonly batchSeqs: readonly bigint[];
}

/** Returns all columns that a segment can have. */
export function sealedColumns(dataset: Dataset): FactRowColumns {
  return factRowColumns([...storedColumns(dataset), ...customColumns(dataset)]);
}

/**
 * Compiles the statement that returns one row with a boolean for each column: whether any fact has
 * a value in it. Most facts leave out most columns, and an empty column costs as much as a full one
 * when a segment is sorted.
 */
export function compileFilledColumns(
  dataset: Dataset,
  columns: readonly FactRowColumn[],
  hot: HotBatches,
): HotFactsCopy {
  const builder = createSqlBuilder();
  const filled = columns.map((column, index) => sql`count(${copyExpression(column)}) > 0`.as(`c${index}`));
  return {
    sql: sqlWithoutParameters(selectHotBatches(builder, dataset).select(filled)),
    settings: batchSettings(hot),
  };
}

/**
 * Compiles the statement that copies batches from PostgreSQL for sealing, as CSV like
 * `compileHotFactsCopy`.
 */
export function compileSealCopy(dataset: Dataset, columns: FactRowColumns, hot: HotBatches): HotFactsCopy {
  const builder = createSqlBuilder();
  const select = selectHotBatches(builder, dataset).select(
    columns.map((column) => copyExpression(column).as(column.name)),
  );
  return { sql: copyStatement(sqlWithoutParameters(select)), settings: batchSettings(hot) };
}

function selectHotBatches(builder: ReturnType<typeof createSqlBuilder>, dataset: Dataset) {
  return builder
    .selectFrom(hotFactsView(dataset))
    .where(environmentColumn.name, '=', transactionSetting<number>(settingNames.environmentId, 'integer'))
    .where(
      sql<SqlBool>`${sql.ref(batchSeqColumn.name)} = any(${transactionSetting<string>(settingNames.batches, 'bigint[]')})`,
    );
}

function batchSettings({ environmentId, batchSeqs }: HotBatches): HotFactsCopy['settings'] {
  return {
    [settingNames.environmentId]: String(environmentId),
    [settingNames.batches]: `{${batchSeqs.join(',')}}`,
    ...formatSettings,
  };
}

function copyStatement(select: string): string {
  return `copy (${select}) to stdout (format csv, header)`;
}

function sqlWithoutParameters(select: Compilable): string {
  const { sql: text, parameters } = select.compile();
  if (parameters.length > 0)
    throw new Error('the statement has parameters; expected settings, because COPY takes no parameters');
  return text;
}

function copyExpression({ name, type, customFieldId }: FactRowColumn): RawBuilder<unknown> {
  // Extracted as text, in which the engine reads every type.
  if (customFieldId !== undefined)
    return sql`${sql.ref(customFieldsColumn)} ->> ${sql.lit(String(customFieldId))}`;
  return type === 'timestamp' ? sql`${sql.ref(name)} at time zone 'UTC'` : sql.ref(name);
}
