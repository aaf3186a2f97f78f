import { type RawBuilder, sql } from 'kysely';
import type { ColumnType, NumericType } from '../../catalogue/dataset.ts';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import {
  metricType,
  type OutputColumn,
  outputColumns,
  outputColumnTypes,
} from '../../plan/output-columns.ts';
import { toDouble } from '../compile-metric.ts';
import { reportColumns } from '../report-columns.ts';

/** A column of the report, over the rows that have been grouped, compared and divided. */
export interface RowColumn {
  readonly name: string;
  /** A column of the rows. Null if all rows show the same. */
  readonly value: RawBuilder<unknown> | null;
  readonly type: ColumnType;
  readonly show: (value: RawBuilder<unknown>) => RawBuilder<unknown>;
  readonly isDimension: boolean;
}

/** Returns the columns in the order of `outputColumns`. */
export function rowColumns(boundPlan: BoundPlan): readonly RowColumn[] {
  const { plan, dataset } = boundPlan;
  const types = outputColumnTypes(boundPlan);
  const outputs = outputColumns(boundPlan);
  const values = plan.metrics.flatMap((metric, index) => {
    const type = metricType(metric, dataset);
    const own = { name: `m${index}`, type };
    if (plan.comparedRange === undefined) return [own];
    return [own, { name: `p${index}`, type }, { name: `c${index}`, type: 'float' as const }];
  });
  const metrics = values.map(({ name, type }, index) => metricColumn(sql.ref(name), type, outputs[index]));
  const { all } = reportColumns(boundPlan);
  const keys = all.slice(plan.metrics.length);
  let dimensions = 0;
  return [
    ...metrics,
    ...keys.map(({ value, show }, index) => {
      const isDimension = index < plan.dimensions.length;
      const name = outputs[values.length + index]?.name ?? '';
      const key = isDimension ? `k${dimensions}` : 't';
      if (isDimension && value !== null) dimensions += 1;
      const type = types.get(name) ?? 'text';
      return { name, value: value === null ? null : sql.ref(key), type, show, isDimension };
    }),
  ];
}

function metricColumn(
  value: RawBuilder<unknown>,
  type: NumericType,
  output: OutputColumn | undefined,
): RowColumn {
  if (output === undefined) throw new Error('a metric has no output column');
  const isFloat = output.kind === 'float';
  return {
    name: output.name,
    value,
    type: isFloat ? 'float' : 'integer',
    show: (shown) => (isFloat ? toDouble(shown, type) : sql`cast(${shown} as varchar)`),
    isDimension: false,
  };
}
