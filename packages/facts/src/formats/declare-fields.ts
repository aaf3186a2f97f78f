import type { CustomFieldList } from '@hourglass/contract';
import { withCustomFields, type Dataset, type UndeclaredFields } from '@hourglass/query/catalogue';

/** A dataset with the custom fields of an environment. */
export interface DeclaredDataset {
  readonly dataset: Dataset;
  readonly undeclaredFields: UndeclaredFields;
}

/** Adds the custom fields of the API's list to a dataset, for reading files. */
export function declareFields(
  dataset: Dataset,
  { undeclaredFields, fields }: CustomFieldList,
): DeclaredDataset {
  // The server's field ids are not needed here; any distinct numbers do.
  const declared = fields
    .filter((field) => field.dataset === dataset.name)
    .map(({ name, type }, index) => ({ id: index + 1, name, type }));
  return { dataset: withCustomFields(dataset, declared), undeclaredFields };
}
