import { queryStatus, submitQueryBody } from '@hourglass/contract';
import { submitQuery, type SubmitQueryPorts } from '@hourglass/reports';
import type { ApiMetrics } from '@hourglass/platform';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';
import type { TenantFinder } from '../http/find-tenant.ts';
import { rateLimitHeaders } from '../http/rate-limits.ts';
import { submittedStatus } from './query-status-view.ts';

const example = {
  metrics: [{ name: 'message_count', function: 'sum', alias: 'sum_txn' }],
  dimensions: ['apiproxy'],
  timeRange: 'last24hours',
  limit: 14_400,
  filter: '(message_count ge 0)',
};

/** `POST …/queries` */
export function submitQueryRoute(
  findTenant: TenantFinder,
  ports: SubmitQueryPorts,
  metrics: ApiMetrics,
): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: '/v1/organizations/:organization/environments/:environment/queries',
    scope: 'submit',
    operation: { id: 'submitQuery', tag: 'Queries', summary: 'Submit a query' },
    body: jsonBody(submitQueryBody, { maxBytes: 65_536, example }),
    responses: { 201: { description: 'The query, enqueued.', json: queryStatus } },
    async handle({ request, response, principal, body }) {
      const tenant = await findTenant(request);
      const { record, usage } = await submitQuery(
        { request: body, dataset: 'api', tenant, principal },
        ports,
      );
      response.set(rateLimitHeaders(usage));
      metrics.countSubmission(record.plan.dataset);
      response.status(201).json(submittedStatus(record));
    },
  });
}
