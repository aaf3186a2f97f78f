import type { CustomFieldList, CustomFieldView } from '@hourglass/contract';
import type { DeclaredField, EnvironmentFields } from '@hourglass/reports';

export const customFieldsPath = '/v1/organizations/:organization/environments/:environment/customFields';
export const customFieldsTag = 'Custom fields';

export function customFieldViewOf({
  name,
  type,
  dataset,
  description,
  createdAt,
}: DeclaredField): CustomFieldView {
  const created = createdAt.toISOString();
  return { name, type, dataset, ...(description === null ? {} : { description }), createdAt: created };
}

export function customFieldListOf({ undeclaredFields, fields }: EnvironmentFields): CustomFieldList {
  return { undeclaredFields, fields: fields.map(customFieldViewOf) };
}
