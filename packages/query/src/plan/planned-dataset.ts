import { withCustomFields } from '../catalogue/with-custom-fields.ts';
import type { Catalogue, Dataset } from '../catalogue/dataset.ts';
import { datasetNamed } from '../catalogue/look-up.ts';
import type { Plan } from './plan.ts';

/** The plan's dataset with the custom fields that it was made with. Throws when the catalogue has no such dataset. */
export function plannedDataset(plan: Plan, catalogue: Catalogue): Dataset {
  return withCustomFields(datasetNamed(catalogue, plan.dataset), plan.customFields ?? []);
}
