import { quoted } from '@hourglass/contract/messages';
import { buildPlan, type PlanContext, type PlanResult } from './build-plan.ts';
import { checkColumnCount, maxColumns } from './column-count.ts';
import { parseTimeRange } from './parse-time-range.ts';
import { queryTimeUnits, type OutputFormat, type ReportFault } from './plan.ts';
import { planDimensions } from './plan-dimensions.ts';
import { planFilter } from './plan-filter.ts';
import { planMetric } from './plan-metrics.ts';
import { metricSuffixes } from './output-columns.ts';
import { planLimit, planOutput } from './plan-output.ts';
import { checkParts } from './plan-part.ts';
import { planComparison } from './plan-comparison.ts';
import { planRowWords } from './plan-row-words.ts';
import { hullOf } from './read-ranges.ts';
import { planTimeUnit, planZone } from './plan-time.ts';
import { frozenZone } from '../time/zone.ts';
import type { QueryRequest } from './request.ts';

/**
 * Checks a request completely, so that its plan can always be run, and returns a frozen plan or all
 * faults at once. Throws only if the catalogue does not have the dataset.
 */
export function planQuery(request: QueryRequest, context: PlanContext): PlanResult {
  return buildPlan(context, (dataset, report) => {
    // Surplus columns are counted but not checked, which bounds the work and the number of faults.
    const requestedMetrics = (request.metrics ?? []).slice(0, maxColumns);
    const requestedDimensions = (request.dimensions ?? []).slice(0, maxColumns);
    checkColumnCount(request, report);
    const metrics = requestedMetrics.map((metric, index) =>
      planMetric(metric, `metrics[${index}]`, dataset, report),
    );
    const dimensions = planDimensions(requestedDimensions, dataset, report);
    const timeUnit = planTimeUnit(request.groupByTimeUnit, {
      field: 'groupByTimeUnit',
      units: queryTimeUnits,
      report,
    });
    const zone = planZone({ timeZone: request.timeZone, tzo: request.utcOffsetMinutes }, report);
    checkParts(requestedMetrics, request.groupByTimeUnit, report);
    const aliases = metrics.map((metric) => metric?.alias);
    const range = parseTimeRange(request.timeRange, { nowMs: context.nowMs, zone }, report);
    const compared = planComparison(request, range, zone, report);
    const output = planOutput(request, report);
    const limitRows = planLimit(request.limit, output, report);
    const { compareTo } = request;
    const names = { metrics: aliases, dimensions: requestedDimensions, timeUnit, compareTo };
    checkColumnNames(names, output, report);
    const filter = planFilter(request.filter, dataset, report);
    const ranges = [range, compared.comparedRange ?? null].filter((one) => one !== null);
    const frozen = ranges.length === 0 ? {} : frozenZone(zone, hullOf(ranges), timeUnit);
    const grouped = { range, timeUnit, ...frozen, metrics, dimensions, limitRows, ...compared };
    return { ...grouped, filter, output, ...planRowWords(request, grouped, dataset, report) };
  });
}

/**
 * Reports column names that occur twice: a JSON row would lose one of the columns. Readers of Parquet
 * and its writer do not distinguish upper and lower case.
 */
function checkColumnNames(
  columns: {
    readonly metrics: readonly (string | undefined)[];
    readonly dimensions: readonly string[];
    readonly timeUnit: string | null;
    readonly compareTo: QueryRequest['compareTo'];
  },
  { format }: OutputFormat,
  report: ReportFault,
): void {
  const keyOf = (name: string) => (format === 'parquet' ? name.toLowerCase() : name);
  const ownerOf = new Map<string, string>();
  for (const [index, name] of columns.dimensions.entries()) ownerOf.set(keyOf(name), `dimensions[${index}]`);
  if (columns.timeUnit !== null) ownerOf.set(keyOf(columns.timeUnit), 'the time column of groupByTimeUnit');
  const suffixes = metricSuffixes(columns.compareTo !== undefined);
  for (const [index, alias] of columns.metrics.entries()) {
    if (alias === undefined) continue;
    const field = `metrics[${index}]`;
    for (const name of suffixes.map((suffix) => `${alias}${suffix}`)) {
      const owner = ownerOf.get(keyOf(name));
      if (owner === undefined) ownerOf.set(keyOf(name), field);
      else {
        const reason = format === 'parquet' ? ', which ignores letter case in parquet' : '';
        report(
          `${field}.alias`,
          `${field} and ${owner} would both be the output column ${quoted(name)}${reason}; expected different names`,
        );
      }
    }
  }
}
