import { ingestUsage, oneOf, type IngestUsage } from '@hourglass/contract';
import { clientGone } from '../../http/client-gone.ts';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { countedView } from './counted-view.ts';
import { usagePath, usageTag, type UsagePorts } from './usage-ports.ts';

/** `GET …/usage/ingest`: accepted facts by hour or day. */
export function getIngestRoute(findTenant: TenantFinder, { usage, semaphore }: UsagePorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: `${usagePath}/ingest`,
    scope: 'read',
    operation: { id: 'getIngestUsage', tag: usageTag, summary: 'Count accepted facts by hour or day' },
    parameters: {
      unit: oneOf(['hour', 'day'])
        .default('day')
        .describe('hour: the last 24 hours. day: the last 30 days, which is the default.'),
    },
    responses: { 200: { description: 'The accepted facts, by time and dataset.', json: ingestUsage } },
    async handle({ request, response, parameters: { unit } }) {
      const tenant = await findTenant(request);
      const { buckets, ...counted } = await semaphore.run(clientGone(response), () =>
        usage.ingest(tenant, unit),
      );
      const body: IngestUsage = {
        unit,
        ...countedView(counted),
        buckets: buckets.map(({ startsAt, ...bucket }) => ({ start: startsAt.toISOString(), ...bucket })),
      };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}
