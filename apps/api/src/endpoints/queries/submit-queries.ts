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
  type AuditOf,
  type ExplainQueryPorts,
  type QueryLabels,
  type RequestedQuery,
  type SubmitQueryPorts,
  type SubmittedPlan,
} from '@hourglass/reports';
import type { ApiMetrics } from '@hourglass/platform';
import type { z } from 'zod';
import type { DescribeWrite } from '../../http/audit.ts';
import { scansWhileConnected, type ScanPorts } from '../../http/scans-while-connected.ts';
import { idempotencyKeyOf } from '../../http/idempotency-key.ts';
import { setRateLimits } from '../../http/rate-limits.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import type { RouteScope } from '../../http/route-scopes.ts';
import { utcOffset } from '../stats/stats-parameters.ts';
import type { QueryCollection } from './query-collections.ts';
import { submittedStatus } from './query-status-view.ts';

export interface SubmitQueriesPorts extends SubmitQueryPorts, ExplainQueryPorts, ScanPorts {
  readonly metrics: ApiMetrics;
}

/**
 * Room for a filter above its own limit of 1 MiB, whose error is more specific. Parsed within 50
 * ms.
 */
export const maxSubmissionBytes = 1.5 * 1024 * 1024;

const example = {
  metrics: [{ name: 'message_count', function: 'sum', alias: 'sum_txn' }],
  dimensions: ['apiproxy'],
  timeRange: 'last24hours',
  limit: 14_400,
  filter: '(message_count ge 0)',
};

const bodies: Readonly<Record<RouteScope['kind'], { schema: z.ZodType<SubmitQueryBody>; example: object }>> =
  {
    environment: { schema: submitQueryBody, example },
    host: { schema: submitHostQueryBody, example: { ...example, envgroupHostname: 'api.example.com' } },
  };

const parameters = {
  tzo: utcOffset,
  dryRun: oneOf(['true', 'false'])
    .default('false')
    .describe('true: enqueue nothing and return an estimate of what the query would read.'),
};

/** `POST …/queries` and `POST …/hostQueries` */
export function submitQueryRoute(collection: QueryCollection, ports: SubmitQueriesPorts): GuardedRoute {
  const { schema, example: bodyExample } = bodies[collection.kind];
  return guardedRoute({
    ...collection.rateLimits,
    method: 'post',
    path: collection.path,
    scope: 'submit',
    operation: { id: `submit${collection.noun}`, tag: collection.tag, summary: 'Submit a query' },
    parameters,
    body: jsonBody(schema, { maxBytes: maxSubmissionBytes, example: bodyExample }),
    responses: {
      200: { description: 'Response to a dry run: what the query would read.', json: queryExplanation },
      201: { description: 'The enqueued query.', json: queryStatus },
    },
    read: (request) => collection.locateByPath(request),
    async handle(call) {
      const { request, response, principal, found, body: wholeBody, audit } = call;
      const { tzo, dryRun } = call.parameters;
      const { tenant, hostname } = found ?? (await collection.locate(request, response, wholeBody));
      const body = withoutHostname(wholeBody);
      const { requested, labels, mayReuse } = partsOf(body, { tenant, hostname, tzo });
      const scans = scansWhileConnected(response, ports);
      if (dryRun === 'true') {
        const explanation: QueryExplanation = await explainQuery(
          { ...requested, mayReuse },
          { ...ports, scans },
        );
        response.json(explanation);
        return;
      }
      const idempotencyKey = idempotencyKeyOf(request, { body, hostname, tzo });
      const { record, usage } = await submitQuery(
        {
          ...requested,
          ...{ principal, labels, idempotencyKey, mayReuse },
          audit: submissionOf(audit, hostname),
        },
        { ...ports, scans },
      );
      setRateLimits(response, usage);
      ports.metrics.countSubmission(record.plan.dataset);
      response.status(201).json(submittedStatus(record));
    },
  });
}

interface Place {
  readonly tenant: Tenant;
  readonly hostname: string | undefined;
  readonly tzo: number | undefined;
}

/** Divides a body into the query and what is stored beside it. */
function partsOf(
  { name, reportDefinitionId, reuse = true, dataset = defaultDataset, ...fields }: SubmitQueryBody,
  { tenant, hostname, tzo }: Place,
): { readonly requested: RequestedQuery; readonly labels: QueryLabels; readonly mayReuse: boolean } {
  return {
    requested: { request: { ...fields, utcOffsetMinutes: tzo }, dataset, tenant },
    labels: { hostname, name, reportDefinitionId },
    mayReuse: reuse,
  };
}

/** Describes a submission without its filter and its labels. */
export function submissionOf(audit: DescribeWrite, hostname?: string): AuditOf<SubmittedPlan> {
  return ({ id, plan: { tenant, dataset } }) => {
    const details = { dataset, ...(hostname === undefined ? {} : { hostname }) };
    return audit('query.submit', { environment: tenant.environment, object: id, details });
  };
}

function withoutHostname(body: SubmitQueryBody & { readonly envgroupHostname?: string }): SubmitQueryBody {
  const { envgroupHostname: _, ...rest } = body;
  return rest;
}
