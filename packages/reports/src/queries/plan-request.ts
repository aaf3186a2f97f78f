import { planQuery, type Catalogue, type Plan, type QueryRequest, type Tenant } from '@hourglass/query';
import type { CustomFieldStore } from '../accounts/custom-fields.ts';
import { invalidRequest } from '../errors.ts';

export interface PlanRequestPorts {
  readonly catalogue: Catalogue;
  readonly customFields: Pick<CustomFieldStore, 'find'>;
  readonly nowMs: () => number;
}

export interface RequestedQuery {
  readonly request: QueryRequest;
  readonly dataset: string;
  readonly tenant: Tenant;
}

/**
 * Plans a request with the environment's custom fields.
 * @throws ReportError `request.invalid` with every fault
 */
export async function planRequest(
  { request, dataset, tenant }: RequestedQuery,
  { catalogue, customFields, nowMs }: PlanRequestPorts,
): Promise<Plan> {
  requireDataset(dataset, catalogue);
  const { fields } = await customFields.find(tenant, dataset);
  const planned = planQuery(request, { catalogue, dataset, tenant, customFields: fields, nowMs: nowMs() });
  if (!planned.ok) throw invalidRequest(planned.faults);
  return planned.plan;
}

function requireDataset(name: string, catalogue: Catalogue): void {
  if (catalogue.has(name)) return;
  const found = JSON.stringify(name.slice(0, 60));
  const message = `${found} is not a dataset; expected one of ${[...catalogue.keys()].join(', ')}`;
  throw invalidRequest([{ field: 'dataset', message }]);
}
