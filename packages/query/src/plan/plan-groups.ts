import { quoted } from '@hourglass/contract/messages';
import type { Dataset } from '../catalogue/dataset.ts';
import type { GroupChoice, PlannedMetric, ReportFault } from './plan.ts';
import { planMetricList } from './plan-metric-list.ts';
import { maxStatsOffset, maxStatsRows, type StatsRequest } from './stats-request.ts';

/** Reports faults. If it reports one, its result must not be used. */
export function planGroups(
  request: StatsRequest,
  metrics: readonly (PlannedMetric | null)[],
  dataset: Dataset,
  report: ReportFault,
): GroupChoice {
  const { limit, topk, offset = 0 } = request;
  checkBounds('limit', limit, [1, maxStatsRows], report);
  checkBounds('topk', topk, [1, maxStatsRows], report);
  checkBounds('offset', offset, [0, maxStatsOffset], report);
  const descending = isDescending(request.sort, report);
  const sorted = (request.sortby ?? request.sort ?? request.topk) !== undefined;
  return {
    sortBy:
      request.sortby === undefined
        ? sorted
          ? [0]
          : []
        : planSortMetrics(request.sortby, metrics, dataset, report),
    descending: sorted && descending,
    offset,
    // By default one group above the maximum, which reveals a truncated response. Offset and limit
    // select a page of the top k groups.
    limit: Math.max(0, Math.min(limit ?? maxStatsRows + 1, (topk ?? Infinity) - offset)),
    newestFirst: request.tsAscending !== true,
  };
}

function isDescending(sort: string | undefined, report: ReportFault): boolean {
  switch (sort?.toUpperCase()) {
    case undefined:
    case 'DESC':
      return true;
    case 'ASC':
      return false;
    default:
      report('sort', `${quoted(sort ?? '')} is not a sort order; expected ASC or DESC`);
      return true;
  }
}

/** Returns indices of `metrics`. */
function planSortMetrics(
  sortby: string,
  metrics: readonly (PlannedMetric | null)[],
  dataset: Dataset,
  report: ReportFault,
): readonly number[] {
  const indices = new Set<number>();
  for (const planned of planMetricList(sortby.split(','), 'sortby', dataset, report)) {
    if (planned === null) continue;
    const index = metrics.findIndex((metric) => metric?.alias === planned.alias);
    if (index >= 0) indices.add(index);
    else {
      const names = metrics.flatMap((metric) => metric?.alias ?? []).join(', ');
      report('sortby', `${quoted(planned.alias)} is not in select; expected one of ${names}`);
    }
  }
  return [...indices];
}

function checkBounds(
  field: string,
  requested: number | undefined,
  [min, max]: readonly [number, number],
  report: ReportFault,
): void {
  if (requested === undefined) return;
  if (Number.isInteger(requested) && requested >= min && requested <= max) return;
  report(field, `${requested} is out of bounds; expected a whole number from ${min} to ${max}`);
}
