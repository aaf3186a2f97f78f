import { queryStatus, runReportBody } from '@hourglass/contract';
import type { ApiMetrics } from '@hourglass/platform';
import {
  runReport,
  type AuditOf,
  type RunReportPorts,
  type ScanEstimates,
  type Semaphore,
} from '@hourglass/reports';
import type { SubmittedPlan } from '@hourglass/reports';
import { clientGone } from '../../http/client-gone.ts';
import { scopeOf, type TenantFinder } from '../../http/find-tenant.ts';
import { idempotencyKeyOf } from '../../http/idempotency-key.ts';
import { rateLimitHeaders, setRateLimits, type RateLimits } from '../../http/rate-limits.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { maxSubmissionBytes } from '../queries/submit-queries.ts';
import { submittedStatus } from '../queries/query-status-view.ts';
import { utcOffset } from '../stats/stats-parameters.ts';
import { reportKeyOf } from './report-in-path.ts';

interface RunReportRoutePorts extends RunReportPorts {
  /** Limits concurrent estimates. */
  readonly semaphore: Semaphore;
  readonly metrics: ApiMetrics;
}

/**
 * `POST …/environments/{environment}/reports/{name}:run`: below an environment, because a report is
 * the organization's and facts are an environment's.
 */
export function runReportRoute(
  findTenant: TenantFinder,
  ports: RunReportRoutePorts,
  rateLimits: RateLimits,
): GuardedRoute {
  return guardedRoute({
    preparedHeaders: rateLimitHeaders,
    prepareHeaders: (request) => rateLimits(scopeOf(request)),
    method: 'post',
    path: '/v1/organizations/:organization/environments/:environment/reports/:report\\:run',
    scope: 'submit',
    operation: { id: 'runReport', tag: 'Saved reports', summary: 'Submit the query of a saved report' },
    parameters: { tzo: utcOffset },
    body: jsonBody(runReportBody, { maxBytes: maxSubmissionBytes, example: { timeRange: 'last24hours' } }),
    responses: { 201: { description: 'The enqueued query.', json: queryStatus } },
    async handle({ request, response, principal, parameters: { tzo }, body, audit }) {
      const tenant = await findTenant(request);
      const { id } = reportKeyOf(request);
      const overrides = { ...body, ...(tzo === undefined ? {} : { utcOffsetMinutes: tzo }) };
      const scans: ScanEstimates = {
        estimate: (plan) => ports.semaphore.run(clientGone(response), () => ports.scans.estimate(plan)),
      };
      const described: AuditOf<SubmittedPlan> = ({ id: object, plan: { dataset } }) =>
        audit('query.submit', { object, details: { dataset, report: id } });
      const { record, usage } = await runReport(
        {
          ...{ tenant, id, overrides, principal, audit: described },
          idempotencyKey: idempotencyKeyOf(request, { report: id, body, tzo }),
        },
        { ...ports, scans },
      );
      setRateLimits(response, usage);
      ports.metrics.countSubmission(record.plan.dataset);
      response.status(201).json(submittedStatus(record));
    },
  });
}
