import type { Response } from 'express';
import { queryStatus, submitHostQueryBody, submitQueryBody, type SubmitQueryBody } from '@hourglass/contract';
import { defaultDataset, type Tenant } from '@hourglass/query';
import { submitQuery, type Principal, type SubmitQueryPorts } from '@hourglass/reports';
import type { ApiMetrics } from '@hourglass/platform';
import type { HostFinder } from '../http/find-host.ts';
import type { TenantFinder } from '../http/find-tenant.ts';
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
const parameters = { tzo: utcOffset };
const responses = { 201: { description: 'The query, enqueued.', json: queryStatus } };

interface Submitting extends SubmitQueryPorts {
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
    async handle({ request, response, principal, parameters: { tzo }, body }) {
      const tenant = await findTenant(request);
      await submit(response, { body, tenant, principal, tzo }, ports);
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
    async handle({ request, response, principal, parameters: { tzo }, body: asked }) {
      const { envgroupHostname: hostname, ...body } = asked;
      const tenant = await findHost(request, response, hostname);
      await submit(response, { body, tenant, principal, hostname, tzo }, ports);
    },
  });
}

interface Asked {
  readonly body: SubmitQueryBody;
  readonly tenant: Tenant;
  readonly principal: Principal;
  readonly hostname?: string;
  readonly tzo: number | undefined;
}

async function submit(
  response: Response,
  { body, tenant, principal, hostname, tzo }: Asked,
  ports: Submitting,
): Promise<void> {
  const { name, reportDefinitionId, dataset = defaultDataset, ...asked } = body;
  const request = { ...asked, utcOffsetMinutes: tzo };
  const labels = { hostname, name, reportDefinitionId };
  const { record, usage } = await submitQuery({ request, dataset, tenant, principal, labels }, ports);
  setRateLimits(response, usage);
  ports.metrics.countSubmission(record.plan.dataset);
  response.status(201).json(submittedStatus(record));
}
