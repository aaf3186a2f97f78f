import { didYouMean, quoted } from '@hourglass/contract/messages';
import type { Dataset, DistinctFunction } from '../catalogue/dataset.ts';
import { findDimension, findMetric } from '../catalogue/look-up.ts';
import type { MetricPart, PlannedMetric, ReportFault } from './plan.ts';
import {
  functionName,
  isDistinctFunction,
  planFunction,
  type PlannedFunction,
  takesNoPercentile,
} from './plan-function.ts';
import { planOperation } from './plan-operation.ts';
import { planPart } from './plan-part.ts';
import type { MetricRequest } from './request.ts';

/** Maximum length of a column name in characters. */
const maxAliasLength = 128;

/** Returns null if the metric was faulty and reported. */
export function planMetric(
  requested: MetricRequest,
  field: string,
  dataset: Dataset,
  report: ReportFault,
): PlannedMetric | null {
  const aliasFault = requested.alias === undefined ? null : faultOfAlias(requested.alias);
  if (aliasFault !== null) report(`${field}.alias`, aliasFault);
  const operation = planOperation(requested, field, report);
  const source = isDistinctFunction(requested.function)
    ? planDistinct(requested, requested.function, field, dataset, report)
    : planAggregate(requested, field, dataset, report);
  const part = source === null ? undefined : planPart(requested, source, field, report);
  if (source === null || operation === undefined || part === undefined || aliasFault !== null) return null;
  return {
    ...source,
    alias: requested.alias ?? defaultAlias(source, part),
    ...(operation === null ? {} : { operation }),
    ...(part === null ? {} : { part }),
  };
}

/** Makes a name such as `sum_message_count`, `p95_total_response_time` or `sum_message_count_share`. */
export function defaultAlias(source: MetricSource, part: MetricPart | null): string {
  const name = functionName(source);
  return `${name === null ? '' : `${name}_`}${source.metric}${part === null ? '' : `_${part.of}`}`;
}

type MetricSource = PlannedFunction & Pick<PlannedMetric, 'metric'>;

function planAggregate(
  requested: MetricRequest,
  field: string,
  dataset: Dataset,
  report: ReportFault,
): MetricSource | null {
  const metric = findMetric(dataset, requested.name);
  if (metric !== undefined) {
    const planned = planFunction(metric, requested, field, report);
    return planned === null ? null : { metric: metric.name, ...planned };
  }
  const name = quoted(requested.name);
  const known = dataset.metrics.map((candidate) => candidate.name);
  report(
    `${field}.name`,
    findDimension(dataset, requested.name) === undefined
      ? `${name} is not a metric; expected one of the metrics of "${dataset.name}"${didYouMean(requested.name, known)}`
      : `${name} is a dimension, not a metric; expected it under dimensions, or with the function count_distinct`,
  );
  return null;
}

function planDistinct(
  requested: MetricRequest,
  chosen: DistinctFunction,
  field: string,
  dataset: Dataset,
  report: ReportFault,
): MetricSource | null {
  if (!takesNoPercentile(requested, field, report)) return null;
  const dimension = findDimension(dataset, requested.name);
  if (dimension !== undefined) return { metric: dimension.name, function: chosen };
  const name = quoted(requested.name);
  const known = dataset.dimensions.map((candidate) => candidate.name);
  report(
    `${field}.name`,
    findMetric(dataset, requested.name) === undefined
      ? `${name} is not a dimension; expected one of the dimensions of "${dataset.name}" with ${chosen}${didYouMean(requested.name, known)}`
      : `${name} is a metric; expected a dimension with the function ${chosen}`,
  );
  return null;
}

function faultOfAlias(alias: string): string | null {
  if (alias === '') return `the alias is empty; expected 1 to ${maxAliasLength} characters`;
  // A character has at most two UTF-16 units. Characters of longer texts are not counted, which
  // bounds the work.
  const mayFit = alias.length <= 2 * maxAliasLength;
  if (!mayFit || Array.from(alias).length > maxAliasLength)
    return `the alias ${quoted(alias)} is too long; expected 1 to ${maxAliasLength} characters`;
  // An unpaired surrogate has no UTF-8 form and cannot be stored.
  if (/[\p{Cc}\p{Cs}]/u.test(alias)) {
    return `the alias ${quoted(alias)} has a control character or an unpaired surrogate; expected printable text`;
  }
  return null;
}
