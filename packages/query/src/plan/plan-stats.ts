import { datasetNamed } from '../catalogue/look-up.ts';
import { withCustomFields } from '../catalogue/with-custom-fields.ts';
import { checkColumnCount, maxColumns } from './column-count.ts';
import { quoted } from '../messages/quoted.ts';
import { frozen } from './frozen.ts';
import { parseStatsRange } from './parse-stats-range.ts';
import {
  timeUnits,
  type Fault,
  type Plan,
  type PlannedMetric,
  type ReportFault,
  type TimeRange,
  type TimeUnit,
} from './plan.ts';
import { planDimensions } from './plan-dimensions.ts';
import { planFilter } from './plan-filter.ts';
import { planGroups } from './plan-groups.ts';
import type { PlanContext, PlanResult } from './plan-query.ts';
import { planTimeUnit, planUtcOffset } from './plan-time.ts';
import { selectMetrics } from './select-metrics.ts';
import { maxStatsRows, type StatsRequest } from './stats-request.ts';
import { withUsedFields } from './used-fields.ts';

/** Longest range in buckets of a second, by the contract. */
const maxSecondsRangeMs = 3_600_000;

/**
 * Checks everything that can be wrong with a request for statistics and freezes what it means, as `planQuery`
 * does. The plan's rows are one more than an answer may have, so that one that was cut shows. Answers all faults
 * at once. Throws only when the catalogue does not have the dataset.
 */
export function planStats(request: StatsRequest, context: PlanContext): PlanResult {
  const { customFields = [] } = context;
  const dataset = withCustomFields(datasetNamed(context.catalogue, context.dataset), customFields);
  const faults: Fault[] = [];
  const report: ReportFault = (field, message) => void faults.push({ field, message });

  const items = selectedItems(request, report);
  const metrics = selectMetrics(items.slice(0, maxColumns), 'select', dataset, report);
  checkRepeated(metrics, report);
  const dimensions = planDimensions(request.dimensions.slice(0, maxColumns), dataset, report);
  const timeUnit = planTimeUnit(request.timeUnit, { field: 'timeUnit', units: timeUnits, report });
  const utcOffset = planUtcOffset(request.tzo, report);
  const range = parseStatsRange(request.timeRange, context.nowMs, report);
  checkSeconds(timeUnit, range, report);
  const filter = planFilter(request.filter, dataset, report);
  const groups = planGroups(request, metrics, dataset, report);

  if (faults.length > 0 || range === null) return { ok: false, faults };
  const { organization, environment, environmentId } = context.tenant;
  const plan: Plan = {
    version: 1,
    dataset: dataset.name,
    tenant: { organization, environment, environmentId },
    range,
    timeUnit,
    ...utcOffset,
    metrics: metrics.filter((metric) => metric !== null),
    dimensions,
    filter,
    groups,
    limitRows: maxStatsRows + 1,
    output: { format: 'json' },
  };
  return { ok: true, plan: frozen(withUsedFields(plan, customFields)) };
}

function selectedItems({ select, dimensions }: StatsRequest, report: ReportFault): readonly string[] {
  if (select === undefined) {
    report('select', 'is required; expected metrics separated by commas, such as sum(message_count),tps');
    return [];
  }
  const items = select.split(',');
  const metrics = items.map((name) => ({ name }));
  checkColumnCount({ metrics, dimensions }, (_, message) => report('select', message));
  return items;
}

function checkRepeated(metrics: readonly (PlannedMetric | null)[], report: ReportFault): void {
  const seen = new Set<string>();
  for (const metric of metrics) {
    if (metric === null) continue;
    if (seen.has(metric.alias)) {
      report('select', `${quoted(metric.alias)} is there more than once; expected every metric once`);
    }
    seen.add(metric.alias);
  }
}

function checkSeconds(timeUnit: TimeUnit | null, range: TimeRange | null, report: ReportFault): void {
  if (timeUnit !== 'second' || range === null) return;
  const lengthMs = range.endExclusiveMs - range.startMs;
  if (lengthMs <= maxSecondsRangeMs) return;
  const hours = (lengthMs / maxSecondsRangeMs).toFixed(1);
  report('timeUnit', `the range is ${hours} hours long; expected at most 1 hour in buckets of a second`);
}
