import {
  mintReportDataset,
  planMintReport,
  type Catalogue,
  type MintCriteria,
  type Tenant,
} from '@hourglass/query';
import type { AuditOf } from '../audit/audit-event.ts';
import type { CustomFieldStore } from '../accounts/custom-fields.ts';
import { enqueueQuery, type Enqueued, type EnqueuePorts, type SubmittedPlan } from './submit-query.ts';
import { invalidRequest } from '../errors.ts';
import type { IdempotencyKey } from './idempotency-key.ts';
import type { Principal } from '../accounts/accounts.ts';
import { reuseOf } from './reuse.ts';

export interface SubmitMintReportPorts extends EnqueuePorts {
  readonly catalogue: Catalogue;
  readonly customFields: Pick<CustomFieldStore, 'find'>;
}

/**
 * Plans a monetization report and enqueues it as a query.
 * @throws ReportError `request.invalid` with every fault, and the errors of `enqueueQuery`
 */
export async function submitMintReport(
  input: {
    criteria: MintCriteria;
    tenant: Tenant;
    principal: Principal;
    idempotencyKey?: IdempotencyKey | undefined;
    audit: AuditOf<SubmittedPlan>;
  },
  ports: SubmitMintReportPorts,
): Promise<Enqueued> {
  const { criteria, tenant, principal, idempotencyKey, audit } = input;
  const { catalogue, customFields } = ports;
  const { fields } = await customFields.find(tenant, mintReportDataset);
  const planned = planMintReport(criteria, { catalogue, tenant, customFields: fields });
  if (!planned.ok) throw invalidRequest(planned.faults);
  const { plan } = planned;
  // Its contract has no word to refuse the result of another query.
  const reuse = reuseOf(plan, catalogue, false);
  return enqueueQuery({ plan, labels: {}, idempotencyKey, reuse, audit }, principal, ports);
}
