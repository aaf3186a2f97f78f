import { planQuery, type Catalogue, type QueryRequest, type Tenant } from '@hourglass/query';
import type { CustomFieldStore } from './custom-fields.ts';
import { enqueueQuery, type Enqueued, type EnqueuePorts } from './enqueue-query.ts';
import { invalidRequest } from './errors.ts';
import type { Principal } from './ports.ts';
import type { QueryLabels } from './query-labels.ts';

export interface SubmitQueryPorts extends EnqueuePorts {
  readonly catalogue: Catalogue;
  readonly customFields: Pick<CustomFieldStore, 'find'>;
  readonly nowMs: () => number;
}

/**
 * Plans a request and enqueues it.
 * @throws ReportError `request.invalid` with every fault, and what `enqueueQuery` throws.
 */
export async function submitQuery(
  input: {
    request: QueryRequest;
    dataset: string;
    tenant: Tenant;
    principal: Principal;
    labels?: QueryLabels;
  },
  ports: SubmitQueryPorts,
): Promise<Enqueued> {
  const { catalogue, customFields, nowMs } = ports;
  const { request, dataset, tenant, principal, labels = {} } = input;
  requireDataset(dataset, catalogue);
  const { fields } = await customFields.find(tenant, dataset);
  const planned = planQuery(request, { catalogue, dataset, tenant, customFields: fields, nowMs: nowMs() });
  if (!planned.ok) throw invalidRequest(planned.faults);
  return enqueueQuery({ plan: planned.plan, labels }, principal, ports);
}

function requireDataset(name: string, catalogue: Catalogue): void {
  if (catalogue.has(name)) return;
  const found = JSON.stringify(name.slice(0, 60));
  const message = `${found} is not a dataset; expected one of ${[...catalogue.keys()].join(', ')}`;
  throw invalidRequest([{ field: 'dataset', message }]);
}
