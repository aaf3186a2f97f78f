import type { CustomField } from '../catalogue/custom-field.ts';
import type { Catalogue } from '../catalogue/dataset.ts';
import { datasetNamed } from '../catalogue/look-up.ts';
import { withCustomFields } from '../catalogue/with-custom-fields.ts';
import { checkColumnCount, maxColumns } from './column-count.ts';
import { quoted } from '../messages/quoted.ts';
import { frozen } from './frozen.ts';
import { parseTimeRange } from './parse-time-range.ts';
import { queryTimeUnits, type Fault, type Plan, type ReportFault, type Tenant } from './plan.ts';
import { planDimensions } from './plan-dimensions.ts';
import { planFilter } from './plan-filter.ts';
import { planMetric } from './plan-metrics.ts';
import { planLimit, planOutput } from './plan-output.ts';
import { planTimeUnit, planUtcOffset } from './plan-time.ts';
import type { QueryRequest } from './request.ts';
import { withUsedFields } from './used-fields.ts';

export interface PlanContext {
  readonly catalogue: Catalogue;
  readonly dataset: string;
  readonly tenant: Tenant;
  /** Of the tenant's environment and the dataset. None when it is left out. */
  readonly customFields?: readonly CustomField[];
  /** The moment of submission, whole milliseconds since 1970: relative ranges end at it. */
  readonly nowMs: number;
}

export type PlanResult =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Checks everything that can be wrong with a request and freezes what it means, so that a plan can always be
 * run. Answers all faults at once. Throws only when the catalogue does not have the dataset.
 */
export function planQuery(request: QueryRequest, context: PlanContext): PlanResult {
  const { customFields = [] } = context;
  const dataset = withCustomFields(datasetNamed(context.catalogue, context.dataset), customFields);
  const faults: Fault[] = [];
  const report: ReportFault = (field, message) => void faults.push({ field, message });

  // More than fit are counted but not looked at, so that the work and the answer stay small.
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
  const utcOffset = planUtcOffset(request.utcOffsetMinutes, report);
  checkColumnNames(
    { metrics: metrics.map((metric) => metric?.alias), dimensions: requestedDimensions, timeUnit },
    report,
  );
  const range = parseTimeRange(request.timeRange, context.nowMs, report);
  const limitRows = planLimit(request.limit, report);
  const output = planOutput(request, report);
  const filter = planFilter(request.filter, dataset, report);

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
    limitRows,
    output,
  };
  return { ok: true, plan: frozen(withUsedFields(plan, customFields)) };
}

/** Two output columns of one name would make a JSON row in which one of them is lost. */
function checkColumnNames(
  columns: {
    readonly metrics: readonly (string | undefined)[];
    readonly dimensions: readonly string[];
    readonly timeUnit: string | null;
  },
  report: ReportFault,
): void {
  const ownerOf = new Map<string, string>();
  for (const [index, name] of columns.dimensions.entries()) ownerOf.set(name, `dimensions[${index}]`);
  if (columns.timeUnit !== null) ownerOf.set(columns.timeUnit, 'the time column of groupByTimeUnit');
  for (const [index, name] of columns.metrics.entries()) {
    if (name === undefined) continue;
    const owner = ownerOf.get(name);
    const field = `metrics[${index}]`;
    if (owner === undefined) ownerOf.set(name, field);
    else {
      report(
        `${field}.alias`,
        `${field} and ${owner} would both be the output column ${quoted(name)}; expected different names`,
      );
    }
  }
}
