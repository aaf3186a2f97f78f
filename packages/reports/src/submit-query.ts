import { enqueueQuery, type Enqueued, type EnqueuePorts } from './enqueue-query.ts';
import { planRequest, type PlanRequestPorts, type RequestedQuery } from './plan-request.ts';
import type { Principal } from './ports.ts';
import type { OnceKey } from './once-key.ts';
import type { QueryLabels } from './query-labels.ts';

export interface SubmitQueryPorts extends EnqueuePorts, PlanRequestPorts {}

/**
 * Plans a request and enqueues it.
 * @throws ReportError `request.invalid` with every fault, and what `enqueueQuery` throws.
 */
export async function submitQuery(
  input: RequestedQuery & {
    readonly principal: Principal;
    readonly labels?: QueryLabels;
    readonly once?: OnceKey | undefined;
  },
  ports: SubmitQueryPorts,
): Promise<Enqueued> {
  const { principal, labels = {}, once } = input;
  const plan = await planRequest(input, ports);
  return enqueueQuery({ plan, labels, once }, principal, ports);
}
