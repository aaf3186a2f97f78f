import type { CustomFieldType } from '../catalogue/custom-field.ts';
import { fieldTypeOf } from '../catalogue/describe-fields.ts';
import { findMetric } from '../catalogue/look-up.ts';
import type { BoundPlan } from './bound-plan.ts';
import { changeSuffix, metricSuffixes, outputColumnTypes } from './output-columns.ts';
import type { PlannedMetric } from './plan.ts';
import { isDistinctFunction } from './plan-function.ts';

/** A column of a report, described for its readers. */
export interface ColumnDescription {
  readonly name: string;
  /** Type of its values, in the terms of custom fields. */
  readonly type: CustomFieldType;
  /** Null: a dimension or the time, or the unit is not known. */
  readonly unit: string | null;
}

/** Describes the columns of a report in their order. */
export function describeColumns(boundPlan: BoundPlan): readonly ColumnDescription[] {
  const { plan } = boundPlan;
  const suffixes = metricSuffixes(plan.comparedRange !== undefined);
  const units = plan.metrics.flatMap((metric) =>
    suffixes.map((suffix) => (suffix === changeSuffix ? 'ratio' : unitOf(metric, boundPlan))),
  );
  return [...outputColumnTypes(boundPlan)].map(([name, type], index) => ({
    name,
    type: fieldTypeOf[type],
    unit: units[index] ?? null,
  }));
}

/** An operation may change the unit in any way, such as milliseconds to seconds. */
function unitOf(metric: PlannedMetric, { dataset }: BoundPlan): string | null {
  if (metric.operation !== undefined) return null;
  if (metric.part?.of === 'share') return 'ratio';
  if (isDistinctFunction(metric.function)) return 'values';
  return findMetric(dataset, metric.metric)?.unit ?? null;
}
