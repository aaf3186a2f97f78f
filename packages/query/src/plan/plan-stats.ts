import { quoted } from '@hourglass/contract/messages';
import type { Dataset } from '../catalogue/dataset.ts';
import { buildPlan, type PlanContext, type PlanResult } from './build-plan.ts';
import { checkColumnCount, maxColumns } from './column-count.ts';
import { parseStatsRange } from './parse-stats-range.ts';
import { timeUnits, type PlannedMetric, type ReportFault, type TimeRange, type TimeUnit } from './plan.ts';
import { planComparison } from './plan-comparison.ts';
import { planDimensions } from './plan-dimensions.ts';
import { planFilter } from './plan-filter.ts';
import { planGroups } from './plan-groups.ts';
import { planTimeUnit, planZone } from './plan-time.ts';
import { frozenZone } from '../time/zone.ts';
import { planMetricList } from './plan-metric-list.ts';
import { planRowWords, type GroupedColumns, type RowWords } from './plan-row-words.ts';
import { hullOf } from './read-ranges.ts';
import { maxStatsRows, type StatsRequest } from './stats-request.ts';

/** The contract's maximum length of a range with buckets of a second. */
const maxSecondsRangeMs = 3_600_000;

/**
 * Checks a request for statistics as `planQuery` checks a query. The plan's limit is one row above
 * the maximum of a response, so that a truncated response can be recognized.
 */
export function planStats(request: StatsRequest, context: PlanContext): PlanResult {
  return buildPlan(context, (dataset, report) => {
    const items = selectedItems(request, report);
    const metrics = planMetricList(items.slice(0, maxColumns), 'select', dataset, report);
    checkRepeated(metrics, report);
    const dimensions = planDimensions(request.dimensions.slice(0, maxColumns), dataset, report);
    const timeUnit = planTimeUnit(request.timeUnit, { field: 'timeUnit', units: timeUnits, report });
    const zone = planZone(request, report);
    const range = parseStatsRange(request.timeRange, { nowMs: context.nowMs, zone }, report);
    checkSeconds(timeUnit, range, report);
    const filter = planFilter(request.filter, dataset, report);
    const groups = planGroups(request, metrics, dataset, report);
    const rows = { groups, limitRows: maxStatsRows + 1, output: { format: 'json' } } as const;
    const { compareTo } = request;
    const compared = planComparison(
      { compareTo, metrics: items.map((name) => ({ name })) },
      range,
      zone,
      report,
    );
    const ranges = [range, compared.comparedRange ?? null].filter((one) => one !== null);
    const frozen = ranges.length === 0 ? {} : frozenZone(zone, hullOf(ranges), timeUnit);
    const grouped = { range, timeUnit, ...frozen, metrics, dimensions, ...compared };
    return { ...grouped, filter, ...rows, ...statsWords(request, grouped, dataset, report) };
  });
}

/** `having` selects groups, which have no bucket. */
function statsWords(
  { having, others, fillGaps, compareTo, ...request }: StatsRequest,
  grouped: Omit<GroupedColumns, 'limitRows'>,
  dataset: Dataset,
  report: ReportFault,
): RowWords {
  const limit = request.topk ?? request.limit;
  const columns = { ...grouped, limitRows: limit ?? null };
  const ofRows = planRowWords({ others, fillGaps, compareTo, limit }, columns, dataset, report);
  const ofGroups = planRowWords({ having }, { ...columns, timeUnit: null }, dataset, report);
  return { ...ofRows, ...ofGroups };
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
      report('select', `${quoted(metric.alias)} is repeated; expected each metric once`);
    }
    seen.add(metric.alias);
  }
}

function checkSeconds(timeUnit: TimeUnit | null, range: TimeRange | null, report: ReportFault): void {
  if (timeUnit !== 'second' || range === null) return;
  const lengthMs = range.endExclusiveMs - range.startMs;
  if (lengthMs <= maxSecondsRangeMs) return;
  const hours = (lengthMs / maxSecondsRangeMs).toFixed(1);
  report('timeUnit', `the range is ${hours} hours long; expected at most 1 hour with buckets of a second`);
}
