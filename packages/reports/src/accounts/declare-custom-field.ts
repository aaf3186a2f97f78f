import { didYouMean, quoted } from '@hourglass/contract/messages';
import { faultOfCustomFieldName, type Catalogue, type Tenant } from '@hourglass/query';
import type { AuditOf } from '../audit/audit-event.ts';
import {
  maxCustomFields,
  type CustomFieldStore,
  type Declaration,
  type DeclaredField,
} from './custom-fields.ts';
import { invalidRequest, ReportError } from '../errors.ts';

export interface DeclareCustomFieldPorts {
  readonly catalogue: Catalogue;
  readonly customFields: CustomFieldStore;
}

/**
 * Declares a custom field of an environment.
 * @throws ReportError `request.invalid` for a wrong dataset or name, `custom_field.exists`,
 * `custom_field.full`
 */
export async function declareCustomField(
  tenant: Tenant,
  declaration: Declaration,
  { catalogue, customFields, audit }: DeclareCustomFieldPorts & { readonly audit: AuditOf<DeclaredField> },
): Promise<DeclaredField> {
  const { dataset: datasetName, name } = declaration;
  const dataset = catalogue.get(datasetName);
  if (dataset?.takesCustomFields !== true) {
    const candidates = [...catalogue.values()].filter((candidate) => candidate.takesCustomFields);
    const known = candidates.map((candidate) => candidate.name);
    const message = `${quoted(datasetName)} is not a dataset with custom fields; expected ${known.join(', ')}${didYouMean(datasetName, known)}`;
    throw invalidRequest([{ field: 'dataset', message }]);
  }
  const fault = faultOfCustomFieldName(name, dataset);
  if (fault !== null) throw invalidRequest([{ field: 'name', message: fault }]);

  const outcome = await customFields.declare(tenant, declaration, maxCustomFields, audit);
  switch (outcome.kind) {
    case 'declared':
      return outcome.field;
    case 'exists':
      throw new ReportError('custom_field.exists', { name, dataset: datasetName });
    case 'full':
      throw new ReportError('custom_field.full', { limit: maxCustomFields, dataset: datasetName });
    default:
      return outcome satisfies never;
  }
}
