import { type Compilable, type RawBuilder, sql, type SqlBool } from 'kysely';
import { customColumns, type Dataset, storedColumns } from '../catalogue/dataset.ts';
import {
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
import { impliedConditions } from './implied-conditions.ts';
import { createSqlBuilder } from './sql-builder.ts';
import { transactionSetting } from './transaction-setting.ts';

/** `settings` must be set for the transaction (`set_config(name, value, true)`) in which `sql` runs. */
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

/** Another date style of the server would write timestamps that the engine reads wrongly or not at all, fewer digits other floats. */
const formatSettings = { datestyle: 'ISO', extra_float_digits: '1' } as const;

/**
 * The columns that `compileReport` reads for this plan: `environment_id`, `timestamp`, then the stored columns
 * it uses, once each, in the order of `storedColumns`, and the custom fields. It is also the order of the copied file.
 * Throws when the dataset does not have a name of the plan.
 */
export function hotFactsColumns({ plan, dataset }: BoundPlan): FactRowColumns {
  const used = new Set<string>();
  for (const name of plan.dimensions) {
    if (getDimension(dataset, name).source.kind === 'column') used.add(name);
  }
  for (const { metric } of plan.metrics) {
    for (const column of metricColumns(dataset, metric)) used.add(column);
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

/**
 * The statement that copies the plan's facts out of PostgreSQL as CSV with a header; a null is an empty field,
 * an empty text is `""`, and timestamps are UTC without a zone.
 *
 * COPY takes no parameters, so the values travel as settings of the transaction. PostgreSQL skips the partitions outside
 * of the range, and facts that the filter certainly does not let through.
 */
export function compileHotFactsCopy(boundPlan: BoundPlan): HotFactsCopy {
  const { sql: select, settings } = compileHotFactsSelect(boundPlan);
  return { sql: copyStatement(select), settings };
}

/** What `compileHotFactsCopy` copies, as a select that can be counted or explained. It has no parameters either. */
export function compileHotFactsSelect(boundPlan: BoundPlan): HotFactsCopy {
  const { plan, dataset } = boundPlan;
  const columns = hotFactsColumns(boundPlan);
  const { conditions, settings } = impliedConditions(plan.filter, dataset);
  const select = createSqlBuilder()
    .selectFrom(dataset.hotTable)
    .select(columns.map((column) => copyExpression(column).as(column.name)))
    .where(environmentColumn.name, '=', transactionSetting<number>(settingNames.environmentId, 'integer'))
    .where(timestampColumn.name, '>=', transactionSetting<string>(settingNames.start, 'timestamptz'))
    .where(timestampColumn.name, '<', transactionSetting<string>(settingNames.endExclusive, 'timestamptz'));
  return {
    sql: sqlWithoutParameters(conditions.reduce((narrowed, condition) => narrowed.where(condition), select)),
    settings: {
      ...settings,
      [settingNames.environmentId]: String(plan.tenant.environmentId),
      [settingNames.start]: new Date(plan.range.startMs).toISOString(),
      [settingNames.endExclusive]: new Date(plan.range.endExclusiveMs).toISOString(),
      ...formatSettings,
    },
  };
}

/** Hot facts of one environment that are to become a segment: all facts of whole batches. */
export interface HotBatches {
  readonly environmentId: number;
  readonly batchSeqs: readonly bigint[];
}

/** All that a segment may keep of hot facts: `environment_id`, `timestamp`, the stored columns, custom fields. */
export function sealedColumns(dataset: Dataset): FactRowColumns {
  return factRowColumns([...storedColumns(dataset), ...customColumns(dataset)]);
}

/**
 * The statement that answers one row with a boolean for each of `columns`: whether any of the facts has a value. Most
 * facts leave most columns out, and a column without any value would cost the sort of a segment as much as a full one.
 */
export function compileFilledColumns(
  dataset: Dataset,
  columns: readonly FactRowColumn[],
  hot: HotBatches,
): HotFactsCopy {
  const builder = createSqlBuilder();
  const filled = columns.map((column, index) => sql`count(${copyExpression(column)}) > 0`.as(`c${index}`));
  return {
    sql: sqlWithoutParameters(hotBatches(builder, dataset).select(filled)),
    settings: batchSettings(hot),
  };
}

/** The statement that copies whole batches out of PostgreSQL to be sealed, as CSV like `compileHotFactsCopy`. */
export function compileSealCopy(dataset: Dataset, columns: FactRowColumns, hot: HotBatches): HotFactsCopy {
  const builder = createSqlBuilder();
  const select = hotBatches(builder, dataset).select(
    columns.map((column) => copyExpression(column).as(column.name)),
  );
  return { sql: copyStatement(sqlWithoutParameters(select)), settings: batchSettings(hot) };
}

function hotBatches(builder: ReturnType<typeof createSqlBuilder>, dataset: Dataset) {
  return builder
    .selectFrom(dataset.hotTable)
    .where(environmentColumn.name, '=', transactionSetting<number>(settingNames.environmentId, 'integer'))
    .where(sql<SqlBool>`batch_seq = any(${transactionSetting<string>(settingNames.batches, 'bigint[]')})`);
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
    throw new Error('the values of the statement are settings, COPY takes no parameters');
  return text;
}

function copyExpression({ name, type, customFieldId }: FactRowColumn): RawBuilder<unknown> {
  // As text, whatever its type: it is written as the engine reads it.
  if (customFieldId !== undefined)
    return sql`${sql.ref(customFieldsColumn)} ->> ${sql.lit(String(customFieldId))}`;
  return type === 'timestamp' ? sql`${sql.ref(name)} at time zone 'UTC'` : sql.ref(name);
}
