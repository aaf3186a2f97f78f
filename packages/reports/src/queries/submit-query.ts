import { didYouMean, quoted } from '@hourglass/contract/messages';
import { planQuery, type Catalogue, type Plan, type QueryRequest, type Tenant } from '@hourglass/query';
import type { AuditOf } from '../audit/audit-event.ts';
import type { Principal } from '../accounts/accounts.ts';
import type { CustomFieldStore } from '../accounts/custom-fields.ts';
import { invalidRequest, ReportError, type FieldFault } from '../errors.ts';
import type { Doorbell } from './doorbell.ts';
import type { IdempotencyKey } from './idempotency-key.ts';
import type { QueryLabels } from './query-labels.ts';
import { enqueuedRecord, type QueryRecord } from './query-record.ts';
import type { QueryStore } from './query-store.ts';
import { reuseOf, type Reuse } from './reuse.ts';
import type { ScanEstimates } from './scan-estimate.ts';
import { requireFitsSheet } from './sheet-rows.ts';
import { LimitReached, type LimitUsage, type SubmissionLimits } from './submission-limits.ts';

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

export interface EnqueuePorts {
  readonly queries: QueryStore;
  readonly doorbell: Doorbell;
  /** Limits of environments without limits of their own. */
  readonly limits: SubmissionLimits;
  readonly newId: () => string;
}

export interface EnqueuedPlan {
  readonly plan: Plan;
  readonly labels: QueryLabels;
  readonly idempotencyKey?: IdempotencyKey | undefined;
  readonly reuse: Reuse;
  readonly audit: AuditOf<SubmittedPlan>;
}

/** A plan with the id of its query. */
export interface SubmittedPlan {
  readonly id: string;
  readonly plan: Plan;
}

export interface Enqueued {
  readonly record: QueryRecord;
  readonly usage: LimitUsage;
}

export interface SubmitQueryPorts extends EnqueuePorts, PlanRequestPorts {
  readonly scans: ScanEstimates;
}

/**
 * Plans a request and enqueues it.
 * @throws ReportError `request.invalid` with every fault, and the errors of `enqueueQuery`
 */
export async function submitQuery(
  input: RequestedQuery & {
    readonly principal: Pick<Principal, 'email'>;
    readonly labels?: QueryLabels;
    readonly idempotencyKey?: IdempotencyKey | undefined;
    /** Whether the result of an equal query may be returned; true by default. */
    readonly mayReuse?: boolean;
    readonly audit: AuditOf<SubmittedPlan>;
  },
  ports: SubmitQueryPorts,
): Promise<Enqueued> {
  const { principal, labels = {}, idempotencyKey, mayReuse = true, audit } = input;
  const { plan, endsNow } = await planShared(input, ports);
  await requireFitsSheet(plan, ports);
  const reuse = reuseOf(plan, ports.catalogue, mayReuse && !endsNow);
  return enqueueQuery({ plan, labels, idempotencyKey, reuse, audit }, principal, ports);
}

/**
 * Plans a request with the environment's custom fields.
 * @throws ReportError `request.invalid` with every fault
 */
export async function planRequest(
  { request, dataset, tenant }: RequestedQuery,
  { catalogue, customFields, nowMs }: PlanRequestPorts,
): Promise<Plan> {
  const fault = faultOfDataset(dataset, catalogue);
  if (fault !== null) throw invalidRequest([fault]);
  const { fields } = await customFields.find(tenant, dataset);
  const planned = planQuery(request, { catalogue, dataset, tenant, customFields: fields, nowMs: nowMs() });
  if (!planned.ok) throw invalidRequest(planned.faults);
  return planned.plan;
}

/**
 * Plans a request, and tells whether its range is relative and ends now: such a range is another one for each
 * submission, although two within a millisecond have equal plans.
 * @throws ReportError as `planRequest`
 */
export async function planShared(
  requested: RequestedQuery,
  ports: PlanRequestPorts,
): Promise<{ readonly plan: Plan; readonly endsNow: boolean }> {
  const nowMs = ports.nowMs();
  const plan = await planRequest(requested, ports);
  const isRelative = typeof requested.request.timeRange === 'string';
  return { plan, endsNow: isRelative && plan.range.endExclusiveMs >= nowMs };
}

/** Returns null if the catalogue has the dataset. */
export function faultOfDataset(name: string, catalogue: Catalogue): FieldFault | null {
  if (catalogue.has(name)) return null;
  const known = [...catalogue.keys()];
  const message = `${quoted(name)} is not a dataset; expected one of ${known.join(', ')}${didYouMean(name, known)}`;
  return { field: 'dataset', message };
}

/**
 * Stores a plan as an `enqueued` query and wakes a worker. The query is safe once its row is
 * committed: the reconciler replaces a failed wake-up. A submission with the key of an earlier one
 * returns the earlier query and needs no wake-up, and neither does one that shares the result of an
 * equal query.
 * @throws LimitReached; ReportError `query.key_reused`; ServiceUnavailable when nothing was stored.
 * None of these counts against the limits.
 */
export async function enqueueQuery(
  { plan, labels, idempotencyKey, reuse, audit }: EnqueuedPlan,
  principal: Pick<Principal, 'email'>,
  { queries, doorbell, limits, newId }: EnqueuePorts,
): Promise<Enqueued> {
  const submitted = { id: newId(), plan };
  const submission = {
    ...submitted,
    submittedBy: principal.email,
    labels,
    idempotencyKey,
    reuse,
    audit: audit(submitted),
  };
  const outcome = await queries.submit(submission, limits);
  if (outcome.kind === 'refused') throw new LimitReached(outcome.reason, outcome.usage);
  if (outcome.kind === 'conflict')
    throw new ReportError('query.key_reused', { key: idempotencyKey?.key ?? '' });
  if (outcome.kind === 'repeated' || outcome.kind === 'reused') {
    const record = await queries.find(plan.tenant, outcome.id);
    if (record === null) throw new Error(`the query ${outcome.id} is gone`);
    return { record: submittedRecord(record), usage: outcome.usage };
  }
  const { record, usage } = outcome;
  await doorbell.wake(record.id).catch(() => undefined);
  return { record, usage };
}

/** Returns what the first submission returned; a poll shows the present state. */
function submittedRecord(record: QueryRecord): QueryRecord {
  const { reusedFrom, hasJoined } = record;
  return reusedFrom === null || hasJoined ? enqueuedRecord(record) : { ...record, state: 'completed' };
}
