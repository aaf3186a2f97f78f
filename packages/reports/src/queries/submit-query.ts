import { enqueueQuery, type Enqueued, type EnqueuePorts } from './enqueue-query.ts';
import { planRequest, type PlanRequestPorts, type RequestedQuery } from './plan-request.ts';
import type { Principal } from '../accounts/accounts.ts';
import type { IdempotencyKey } from './idempotency-key.ts';
import type { QueryLabels } from './query-labels.ts';

export interface SubmitQueryPorts extends EnqueuePorts, PlanRequestPorts {}

/**
 * Plans a request and enqueues it.
 * @throws ReportError `request.invalid` with every fault, and the errors of `enqueueQuery`
 */
export async function submitQuery(
  input: RequestedQuery & {
    readonly principal: Principal;
    readonly labels?: QueryLabels;
    readonly idempotencyKey?: IdempotencyKey | undefined;
  },
  ports: SubmitQueryPorts,
): Promise<Enqueued> {
  const { principal, labels = {}, idempotencyKey } = input;
  const plan = await planRequest(input, ports);
  return enqueueQuery({ plan, labels, idempotencyKey }, principal, ports);
}
