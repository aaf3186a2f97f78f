import { didYouMean, quoted } from '@hourglass/contract/messages';
import type { AggregateFunction, Dataset, Metric } from '../catalogue/dataset.ts';
import { findDimension, findMetric } from '../catalogue/look-up.ts';
import type { PlannedMetric, ReportFault } from './plan.ts';
import { planOperation } from './plan-operation.ts';
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
  const metric = resolveMetric(requested.name, `${field}.name`, dataset, report);
  if (metric === null) return null;
  const chosen = chooseFunction(metric, requested.function, `${field}.function`, report);
  if (chosen === undefined || operation === undefined || aliasFault !== null) return null;
  return {
    metric: metric.name,
    function: chosen,
    alias: requested.alias ?? (chosen === null ? metric.name : `${chosen}_${metric.name}`),
    ...(operation === null ? {} : { operation }),
  };
}

function resolveMetric(name: string, field: string, dataset: Dataset, report: ReportFault): Metric | null {
  const metric = findMetric(dataset, name);
  if (metric === undefined) {
    const known = dataset.metrics.map((candidate) => candidate.name);
    report(
      field,
      findDimension(dataset, name) === undefined
        ? `${quoted(name)} is not a metric; expected one of the metrics of "${dataset.name}"${didYouMean(name, known)}`
        : `${quoted(name)} is a dimension, not a metric; expected it under dimensions`,
    );
    return null;
  }
  return metric;
}

/**
 * Returns null if the metric takes no function, and undefined if the function was faulty and
 * reported.
 */
function chooseFunction(
  { name, functions }: Metric,
  requested: string | undefined,
  field: string,
  report: ReportFault,
): AggregateFunction | null | undefined {
  if (requested === undefined) return functions[0] ?? null;
  const chosen = functions.find((candidate) => candidate === requested);
  if (chosen !== undefined) return chosen;
  const expected = functions.length === 0 ? 'no function' : functions.join(', ');
  report(
    field,
    `the metric "${name}" has no function ${quoted(requested)}; expected ${expected}${didYouMean(requested, functions)}`,
  );
  return undefined;
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
