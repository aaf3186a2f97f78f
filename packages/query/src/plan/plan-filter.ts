import type { Dataset } from '../catalogue/dataset.ts';
import type { FilterNode } from '../filter/filter-node.ts';
import { readFilter } from '../filter/read-filter.ts';
import type { ReportFault } from './plan.ts';

/** Returns null if no filter is requested, or if it was faulty and reported. */
export function planFilter(
  requested: string | undefined,
  dataset: Dataset,
  report: ReportFault,
): FilterNode | null {
  if (requested === undefined) return null;
  const result = readFilter(requested, dataset);
  if (result.ok) return result.filter;
  report('filter', result.message);
  return null;
}
