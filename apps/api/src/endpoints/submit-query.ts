import { submitQueryBody } from '@hourglass/contract';
import { invalidRequest, submitQuery, type SubmitQueryPorts } from '@hourglass/reports';
import type { ApiMetrics } from '@hourglass/platform';
import type { GuardedRoute } from '../http/route.ts';
import { bodyFaults } from '../http/body-faults.ts';
import type { TenantFinder } from '../http/find-tenant.ts';
import { setRateLimits } from '../http/rate-limits.ts';
import { submittedStatus } from './query-status-view.ts';

/** `POST …/queries` */
export function submitQueryRoute(
  findTenant: TenantFinder,
  ports: SubmitQueryPorts,
  metrics: ApiMetrics,
): GuardedRoute {
  return {
    method: 'post',
    path: '/v1/organizations/:organization/environments/:environment/queries',
    scope: 'queries',
    parameters: [],
    jsonBodyBytes: 65_536,
    async handle(request, response, { principal }) {
      const tenant = await findTenant(request, principal);
      const body = submitQueryBody.safeParse(request.body);
      if (!body.success) throw invalidRequest(bodyFaults(body.error, request.body));
      const { record, usage } = await submitQuery(
        { request: body.data, dataset: 'api', tenant, principal },
        ports,
      );
      setRateLimits(response, usage);
      metrics.countSubmission(record.plan.dataset);
      response.status(201).json(submittedStatus(record));
    },
  };
}
