import {
  faultOfCustomFieldName,
  defaultDataset,
  type Catalogue,
  type CustomFieldType,
} from '@hourglass/query';
import type { AuditEvent, AuditOf } from '../audit/audit-event.ts';
import { invalidRequest, ReportError } from '../errors.ts';
import { maxCustomFields } from './custom-fields.ts';

export interface NewDataCollector {
  readonly name: string;
  readonly type: CustomFieldType;
  readonly description: string | null;
}

export type DataCollector = NewDataCollector & { readonly createdAt: Date };

export type DataCollectorOutcome =
  | { readonly kind: 'created'; readonly collector: DataCollector }
  /** The organization has a collector, or an environment another custom field, of this name. */
  | { readonly kind: 'exists' }
  /** An environment has the maximum number of custom fields. */
  | { readonly kind: 'full' };

/**
 * The data collectors of organizations: custom fields of the dataset `api` that every environment
 * has, also those that are created later. Names are case-insensitive.
 */
export interface DataCollectorStore {
  /** Sorted by name. */
  list(organization: string): Promise<readonly DataCollector[]>;
  /** Declares the field in every environment. An equal field of an environment is kept. */
  create(
    organization: string,
    collector: NewDataCollector,
    maxFields: number,
    audit: AuditOf<DataCollector>,
  ): Promise<DataCollectorOutcome>;
  /** Deletes the field of every environment. False: there is no such collector. */
  delete(organization: string, name: string, audit: AuditEvent): Promise<boolean>;
}

export interface CreateDataCollectorPorts {
  readonly catalogue: Catalogue;
  readonly dataCollectors: DataCollectorStore;
}

/**
 * Creates a data collector of an organization.
 * @throws ReportError `request.invalid` for a name of the catalogue, `data_collector.exists`,
 * `account.limit`
 */
export async function createDataCollector(
  organization: string,
  collector: NewDataCollector,
  { catalogue, dataCollectors, audit }: CreateDataCollectorPorts & { readonly audit: AuditOf<DataCollector> },
): Promise<DataCollector> {
  const { name } = collector;
  const dataset = catalogue.get(defaultDataset);
  const fault = dataset === undefined ? null : faultOfCustomFieldName(name, dataset);
  if (fault !== null) throw invalidRequest([{ field: 'name', message: fault }]);
  const outcome = await dataCollectors.create(organization, collector, maxCustomFields, audit);
  switch (outcome.kind) {
    case 'created':
      return outcome.collector;
    case 'exists':
      throw new ReportError('data_collector.exists', { name });
    case 'full':
      throw new ReportError('account.limit', {
        limit: maxCustomFields,
        resource: 'custom fields in an environment',
      });
    default:
      return outcome satisfies never;
  }
}
