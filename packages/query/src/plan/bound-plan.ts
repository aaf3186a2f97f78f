import type { Catalogue, Dataset } from '../catalogue/dataset.ts';
import { getDataset } from '../catalogue/look-up.ts';
import { withCustomFields } from '../catalogue/with-custom-fields.ts';
import type { Plan } from './plan.ts';

/** A part of a report: the rows whose first key, a text, is in this range in binary order. */
export interface KeyRange {
  /** Null: from the first row on. */
  readonly after: string | null;
  /** Null: to the last row. */
  readonly atMost: string | null;
}

/** A plan with its dataset: the input of every compile function. Never stored. */
export interface BoundPlan {
  readonly plan: Plan;
  /** Includes the custom fields that the plan uses, even if they were deleted after planning. */
  readonly dataset: Dataset;
  /**
   * Whether percentiles are computed from numbers of equal values, which takes longer and spills,
   * instead of from all values in memory.
   */
  readonly countsValues?: boolean;
  /**
   * Whether the relation of facts has the columns of partials, under the plan's names: aggregates of
   * facts that the filter has selected. The plan then has no filter.
   */
  readonly readsPartials?: boolean;
  /** The rows that are wanted. Absent: all. */
  readonly keyRange?: KeyRange;
}

/**
 * Looks up the plan's dataset and adds the plan's custom fields. Throws if the catalogue has no
 * such dataset.
 */
export function bindPlan(plan: Plan, catalogue: Catalogue): BoundPlan {
  const dataset = getDataset(catalogue, plan.dataset);
  return { plan, dataset: withCustomFields(dataset, plan.customFields ?? []) };
}
