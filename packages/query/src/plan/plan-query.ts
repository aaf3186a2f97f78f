import type { CustomField } from '../catalogue/custom-field.ts';
import type { Catalogue, Dataset } from '../catalogue/dataset.ts';
import { datasetNamed } from '../catalogue/look-up.ts';
import { withCustomFields } from '../catalogue/with-custom-fields.ts';
import type { FilterNode } from '../filter/filter-node.ts';
import { readFilter } from '../filter/read-filter.ts';
import { quoted } from './describe.ts';
import { frozen } from './frozen.ts';
import { parseTimeRange } from './parse-time-range.ts';
import type { Fault, Plan, ReportFault, Tenant } from './plan.ts';
import { planDimensions } from './plan-dimensions.ts';
import { planMetric } from './plan-metrics.ts';
import { planLimit, planOutput, planTimeUnit } from './plan-output.ts';
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

/** Metrics and dimensions together, by the contract. */
const maxColumns = 25;

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
  const timeUnit = planTimeUnit(request.groupByTimeUnit, report);
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
    metrics: metrics.filter((metric) => metric !== null),
    dimensions,
    filter,
    limitRows,
    output,
  };
  return { ok: true, plan: frozen(withUsedFields(plan, customFields)) };
}

/** Null when none is requested, or when it was faulty and reported. */
function planFilter(requested: string | undefined, dataset: Dataset, report: ReportFault): FilterNode | null {
  if (requested === undefined) return null;
  const result = readFilter(requested, dataset);
  if (result.ok) return result.filter;
  report('filter', result.message);
  return null;
}

function checkColumnCount({ metrics = [], dimensions = [] }: QueryRequest, report: ReportFault): void {
  const count = metrics.length + dimensions.length;
  if (count === 0) report('metrics', 'there is no metric and no dimension; expected at least one');
  if (count > maxColumns) {
    const found = `${metrics.length} metrics and ${dimensions.length} dimensions make ${count}`;
    report(
      metrics.length > maxColumns ? 'metrics' : 'dimensions',
      `${found}; expected at most ${maxColumns} together`,
    );
  }
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
