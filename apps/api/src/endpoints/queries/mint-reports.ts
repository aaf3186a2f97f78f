import { mintCriteriaBody, queryStatus } from '@hourglass/contract';
import type { ApiMetrics } from '@hourglass/platform';
import { ReportError, submitMintReport, type Accounts, type SubmitMintReportPorts } from '@hourglass/reports';
import { z } from 'zod';
import { reportScopeOf } from '../../http/find-tenant.ts';
import { idempotencyKeyOf } from '../../http/idempotency-key.ts';
import { rateLimitHeaders, setRateLimits, type RateLimits } from '../../http/rate-limits.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { submittedStatus } from './query-status-view.ts';
import { maxSubmissionBytes, submissionOf } from './submit-queries.ts';

const example = {
  fromDate: '2017-06-01 00:00:00',
  toDate: '2017-06-30 00:00:00',
  productIds: ['a_product'],
  devCriteria: [{ id: 'AbstTzpnZZMEDwjc', orgId: 'myorg' }],
};

/** `POST /v1/mint/…/async-reports`: once submitted, a report is a query of its environment. */
export function submitMintReportRoute(
  ports: SubmitMintReportPorts & { readonly accounts: Accounts; readonly metrics: ApiMetrics },
  rateLimits: RateLimits,
): GuardedRoute {
  return guardedRoute({
    preparedHeaders: rateLimitHeaders,
    prepareHeaders: (request) => rateLimits(reportScopeOf(request)),
    method: 'post',
    path: '/v1/mint/organizations/:organization/async-reports',
    scope: 'submit',
    operation: { id: 'submitMintReport', tag: 'Monetization', summary: 'Submit a monetization report' },
    parameters: {
      environment: z.string().optional().describe('Name of the environment; `prod` by default.'),
    },
    body: jsonBody(mintCriteriaBody, { maxBytes: maxSubmissionBytes, example }),
    responses: { 201: { description: 'The enqueued query that computes the report.', json: queryStatus } },
    async handle({ request, response, principal, body, audit }) {
      const scope = reportScopeOf(request);
      const tenant = await ports.accounts.findTenant(scope);
      if (tenant === null) throw new ReportError('environment.not_found', { ...scope });
      const { record, usage } = await submitMintReport(
        {
          criteria: body,
          tenant,
          principal,
          idempotencyKey: idempotencyKeyOf(request, { mint: body }),
          audit: submissionOf(audit),
        },
        ports,
      );
      setRateLimits(response, usage);
      ports.metrics.countSubmission(record.plan.dataset);
      response.status(201).json(submittedStatus(record));
    },
  });
}
