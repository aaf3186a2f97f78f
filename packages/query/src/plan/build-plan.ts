import type { CustomField } from '../catalogue/custom-field.ts';
import type { Catalogue, Dataset } from '../catalogue/dataset.ts';
import { getDataset } from '../catalogue/look-up.ts';
import { withCustomFields } from '../catalogue/with-custom-fields.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { Fault, Plan, PlannedMetric, ReportFault, Tenant, TimeRange } from './plan.ts';
import { withUsedCustomFields } from './used-custom-fields.ts';

export interface PlanContext {
  readonly catalogue: Catalogue;
  readonly dataset: string;
  readonly tenant: Tenant;
  /** The custom fields of the tenant's environment in the dataset. Absent: none. */
  readonly customFields?: readonly CustomField[];
  /** Time of submission in whole milliseconds since 1970. Relative ranges end at it. */
  readonly nowMs: number;
}

export type PlanResult =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * The parts of a plan that a request decides. The range or a metric is null if it was faulty and
 * reported.
 */
export interface PlanParts extends Omit<
  Plan,
  'version' | 'dataset' | 'tenant' | 'range' | 'metrics' | 'customFields'
> {
  readonly range: TimeRange | null;
  readonly metrics: readonly (PlannedMetric | null)[];
}

/**
 * Calls `planParts` with the dataset, including custom fields, and returns either a frozen plan or
 * all reported faults. Throws if the catalogue does not have the dataset.
 */
export function buildPlan(
  { catalogue, dataset: name, tenant, customFields = [] }: Omit<PlanContext, 'nowMs'>,
  planParts: (dataset: Dataset, report: ReportFault) => PlanParts,
): PlanResult {
  const dataset = withCustomFields(getDataset(catalogue, name), customFields);
  const faults: Fault[] = [];
  const parts = planParts(dataset, (field, message) => void faults.push({ field, message }));
  const { range } = parts;
  if (faults.length > 0 || range === null) return { ok: false, faults };
  const { organization, environment, environmentId } = tenant;
  const metrics = parts.metrics.filter((metric) => metric !== null);
  const plan: Plan = {
    version: 1,
    dataset: dataset.name,
    tenant: { organization, environment, environmentId },
    ...parts,
    range,
    metrics,
  };
  return { ok: true, plan: deepFreeze(withUsedCustomFields(plan, customFields)) };
}
