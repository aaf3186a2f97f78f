import { planQuery, type Catalogue, type QueryRequest, type Tenant } from '@hourglass/query';
import type { CustomFieldStore } from './custom-fields.ts';
import { invalidRequest } from './errors.ts';
import type { Doorbell, Principal, QueryRecord, QueryStore } from './ports.ts';
import { LimitReached, type LimitUsage, type SubmissionLimits } from './submission-limits.ts';

export interface SubmitQueryPorts {
  readonly catalogue: Catalogue;
  readonly customFields: Pick<CustomFieldStore, 'find'>;
  readonly queries: QueryStore;
  readonly doorbell: Doorbell;
  /** Of environments without limits of their own. */
  readonly limits: SubmissionLimits;
  readonly nowMs: () => number;
  readonly newId: () => string;
}

/**
 * Plans a request and puts it down as `enqueued`. The query is safe once its row is committed; a ring that
 * fails after that is made up for by the reconciler, so the caller still gets its query.
 * @throws ReportError `request.invalid` with every fault, LimitReached; ServiceUnavailable before anything was
 * stored. None of them counts against the limits.
 */
export async function submitQuery(
  input: { request: QueryRequest; dataset: string; tenant: Tenant; principal: Principal },
  ports: SubmitQueryPorts,
): Promise<{ readonly record: QueryRecord; readonly usage: LimitUsage }> {
  const { catalogue, customFields, queries, doorbell, limits, nowMs, newId } = ports;
  const { request, dataset, tenant, principal } = input;
  const { fields } = await customFields.find(tenant, dataset);
  const planned = planQuery(request, { catalogue, dataset, tenant, customFields: fields, nowMs: nowMs() });
  if (!planned.ok) throw invalidRequest(planned.faults);

  await doorbell.check();
  const submission = { id: newId(), plan: planned.plan, submittedBy: principal.email };
  const outcome = await queries.submit(submission, limits);
  if (outcome.kind === 'refused') throw new LimitReached(outcome.reason, outcome.usage);
  const { record, usage } = outcome;
  await doorbell.ring({ id: record.id, attempt: record.attempt }).catch(() => undefined);
  return { record, usage };
}
