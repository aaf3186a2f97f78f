import {
  withCustomFields,
  type CustomField,
  type Dataset,
  type UndeclaredFields,
} from '@hourglass/query/catalogue';

/** A dataset with the custom fields of an environment. */
export interface DeclaredDataset {
  readonly dataset: Dataset;
  readonly undeclaredFields: UndeclaredFields;
}

/** The part of the API's list of custom fields that counts here. */
interface FieldList {
  readonly undeclaredFields: UndeclaredFields;
  readonly fields: readonly (Omit<CustomField, 'id'> & { readonly dataset: string })[];
}

/** Adds the custom fields of the API's list to a dataset, for reading files. */
export function declareFields(dataset: Dataset, { undeclaredFields, fields }: FieldList): DeclaredDataset {
  // The server's field ids are not needed here; any distinct numbers do.
  const declared = fields
    .filter((field) => field.dataset === dataset.name)
    .map(({ name, type }, index) => ({ id: index + 1, name, type }));
  return { dataset: withCustomFields(dataset, declared), undeclaredFields };
}
