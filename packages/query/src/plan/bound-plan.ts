import type { Catalogue, Dataset } from '../catalogue/dataset.ts';
import { getDataset } from '../catalogue/look-up.ts';
import { withCustomFields } from '../catalogue/with-custom-fields.ts';
import type { Plan } from './plan.ts';

/** A plan together with its dataset: everything that compiling it needs. Never stored. */
export interface BoundPlan {
  readonly plan: Plan;
  /** Includes the custom fields that the plan was made with, even if they were deleted since. */
  readonly dataset: Dataset;
}

/** Looks up the plan's dataset and adds the plan's custom fields. Throws when the catalogue has no such dataset. */
export function bindPlan(plan: Plan, catalogue: Catalogue): BoundPlan {
  const dataset = getDataset(catalogue, plan.dataset);
  return { plan, dataset: withCustomFields(dataset, plan.customFields ?? []) };
}
