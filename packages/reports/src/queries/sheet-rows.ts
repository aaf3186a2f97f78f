import { bindPlan, estimateGroups, maxSheetRows, type Catalogue, type Plan } from '@hourglass/query';
import { invalidRequest } from '../errors.ts';
import { estimatedFacts, type ScanEstimates } from './scan-estimate.ts';

/**
 * Estimates the rows of a report in xlsx without a limit, before it is enqueued. A limit is at most the
 * rows of a sheet already.
 * @throws ReportError `request.invalid` when they do not fit on a sheet; ServiceUnavailable
 */
export async function requireFitsSheet(
  plan: Plan,
  { catalogue, scans }: { readonly catalogue: Catalogue; readonly scans: ScanEstimates },
): Promise<void> {
  if (!hasUnboundedSheet(plan)) return;
  const boundPlan = bindPlan(plan, catalogue);
  const estimate = await scans.estimate(boundPlan);
  const { earlier } = estimate;
  requireSheetRows(plan, estimateGroups(boundPlan, { facts: estimatedFacts(estimate), earlier }));
}

/**
 * @param estimatedRows without the plan's limit; null when unknown, which passes
 * @throws ReportError `request.invalid`
 */
export function requireSheetRows(plan: Plan, estimatedRows: number | null): void {
  if (!hasUnboundedSheet(plan) || (estimatedRows ?? 0) <= maxSheetRows) return;
  const message = `xlsx would have about ${estimatedRows} rows; expected at most ${maxSheetRows}: add a limit, or request csv or parquet`;
  throw invalidRequest([{ field: 'outputFormat', message }]);
}

/** A condition on rows leaves any number of them. */
function hasUnboundedSheet({ output, limitRows, having }: Plan): boolean {
  return output.format === 'xlsx' && limitRows === null && having === undefined;
}
