import { queryStatus, runReportBody } from '@hourglass/contract';
import { scopeOf, type TenantFinder } from '../../http/find-tenant.ts';
import { idempotencyKeyOf } from '../../http/idempotency-key.ts';
import { rateLimitHeaders, type RateLimits } from '../../http/rate-limits.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { maxSubmissionBytes } from '../queries/submit-queries.ts';
import { utcOffset } from '../stats/stats-parameters.ts';
import { reportKeyOf } from './report-in-path.ts';
import { respondWithRun, type RespondWithRunPorts } from './respond-with-run.ts';

/**
 * `POST …/environments/{environment}/reports/{name}:run`: below an environment, because a report is
 * the organization's and facts are an environment's.
 */
export function runReportRoute(
  findTenant: TenantFinder,
  ports: RespondWithRunPorts,
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
    async handle({ request, parameters: { tzo }, body, ...call }) {
      const tenant = await findTenant(request);
      const { id: report } = reportKeyOf(request);
      const overrides = { ...body, ...(tzo === undefined ? {} : { utcOffsetMinutes: tzo }) };
      const idempotencyKey = idempotencyKeyOf(request, { report, body, tzo });
      await respondWithRun(call, { tenant, report, overrides, idempotencyKey }, ports);
    },
  });
}
