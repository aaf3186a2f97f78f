import type { Request, Response } from 'express';
import {
  oneOf,
  queryExplanation,
  queryStatus,
  submitHostQueryBody,
  submitQueryBody,
  type QueryExplanation,
  type SubmitQueryBody,
} from '@hourglass/contract';
import { defaultDataset, type Tenant } from '@hourglass/query';
import {
  explainQuery,
  submitQuery,
  type ExplainQueryPorts,
  type Principal,
  type RequestedQuery,
  type SubmitQueryPorts,
  type Semaphore,
} from '@hourglass/reports';
import type { ApiMetrics } from '@hourglass/platform';
import { clientGone } from '../http/client-gone.ts';
import type { HostFinder } from '../http/find-host.ts';
import type { TenantFinder } from '../http/find-tenant.ts';
import { idempotencyKeyOf } from '../http/idempotency-key.ts';
import { setRateLimits } from '../http/rate-limits.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';
import { maxSubmissionBytes } from './max-submission-bytes.ts';
import type { QueryPlace } from './query-place.ts';
import { submittedStatus } from './query-status-view.ts';
import { utcOffset } from './stats/stats-parameters.ts';

const example = {
  metrics: [{ name: 'message_count', function: 'sum', alias: 'sum_txn' }],
  dimensions: ['apiproxy'],
  timeRange: 'last24hours',
  limit: 14_400,
  filter: '(message_count ge 0)',
};
const parameters = {
  tzo: utcOffset,
  dryRun: oneOf(['true', 'false'])
    .default('false')
    .describe('true: nothing is enqueued, and the answer tells what the query would read.'),
};
const responses = {
  200: { description: 'Of a dry run: what the query would read.', json: queryExplanation },
  201: { description: 'The query, enqueued.', json: queryStatus },
};

interface Submitting extends SubmitQueryPorts, ExplainQueryPorts {
  /** For dry runs. */
  readonly semaphore: Semaphore;
  readonly metrics: ApiMetrics;
}

/** `POST …/queries` */
export function submitQueryRoute(
  place: QueryPlace,
  findTenant: TenantFinder,
  ports: Submitting,
): GuardedRoute {
  return guardedRoute({
    ...place.rateLimits,
    method: 'post',
    path: place.path,
    scope: 'submit',
    operation: { id: 'submitQuery', tag: place.tag, summary: 'Submit a query' },
    parameters,
    body: jsonBody(submitQueryBody, { maxBytes: maxSubmissionBytes, example }),
    responses,
    async handle({ request, response, principal, parameters: { tzo, dryRun }, body }) {
      const tenant = await findTenant(request);
      await answer({ request, response, body, tenant, principal, tzo, dryRun }, ports);
    },
  });
}

/** `POST …/hostQueries` */
export function submitHostQueryRoute(
  place: QueryPlace,
  findHost: HostFinder,
  ports: Submitting,
): GuardedRoute {
  return guardedRoute({
    ...place.rateLimits,
    method: 'post',
    path: place.path,
    scope: 'submit',
    operation: {
      id: 'submitHostQuery',
      tag: place.tag,
      summary: 'Submit a query of the environment that has a hostname',
    },
    parameters,
    body: jsonBody(submitHostQueryBody, {
      maxBytes: maxSubmissionBytes,
      example: { ...example, envgroupHostname: 'api.example.com' },
    }),
    responses,
    async handle({ request, response, principal, parameters: { tzo, dryRun }, body: asked }) {
      const { envgroupHostname: hostname, ...body } = asked;
      const tenant = await findHost(request, response, hostname);
      await answer({ request, response, body, tenant, principal, hostname, tzo, dryRun }, ports);
    },
  });
}

interface Asked {
  readonly request: Request;
  readonly response: Response;
  readonly body: SubmitQueryBody;
  readonly tenant: Tenant;
  readonly principal: Principal;
  readonly hostname?: string;
  readonly tzo: number | undefined;
  readonly dryRun: 'true' | 'false';
}

async function answer(
  { request, response, body, tenant, principal, hostname, tzo, dryRun }: Asked,
  ports: Submitting,
): Promise<void> {
  const { name, reportDefinitionId, dataset = defaultDataset, ...asked } = body;
  const requested: RequestedQuery = { request: { ...asked, utcOffsetMinutes: tzo }, dataset, tenant };
  if (dryRun === 'true') {
    const explanation: QueryExplanation = await ports.semaphore.run(clientGone(response), () =>
      explainQuery(requested, ports),
    );
    response.json(explanation);
    return;
  }
  const labels = { hostname, name, reportDefinitionId };
  const idempotencyKey = idempotencyKeyOf(request, { body, hostname, tzo });
  const { record, usage } = await submitQuery({ ...requested, principal, labels, idempotencyKey }, ports);
  setRateLimits(response, usage);
  ports.metrics.countSubmission(record.plan.dataset);
  response.status(201).json(submittedStatus(record));
}
