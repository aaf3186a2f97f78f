import { segmentUsage, type SegmentUsage } from '@hourglass/contract';
import { countSegments, type SegmentDay } from '@hourglass/reports';
import { clientGone } from '../../http/client-gone.ts';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { countedView } from './counted-view.ts';
import { usagePath, usageTag, type UsagePorts } from './usage-ports.ts';
import { rangeParameters, usageRange } from './usage-range.ts';

const days = 30;
const maxDays = 92;

/** `GET …/usage/segments`: sealed facts by day and dataset. */
export function getSegmentUsageRoute(
  findTenant: TenantFinder,
  { usage, semaphore, nowMs }: UsagePorts,
): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: `${usagePath}/segments`,
    scope: 'read',
    operation: {
      id: 'getSegmentUsage',
      tag: usageTag,
      summary: 'Count segments, facts and bytes by day and dataset',
    },
    parameters: rangeParameters(maxDays, `By default the ${days} days until the newest sealed fact.`),
    responses: { 200: { description: 'The days that have sealed facts.', json: segmentUsage } },
    async handle({ request, response, parameters }) {
      const range = usageRange(parameters, { days, maxDays, nowMs: nowMs() });
      const tenant = await findTenant(request);
      const { days: found, ...counted } = await semaphore.run(clientGone(response), () =>
        countSegments(usage, tenant, { range, nowMs: nowMs() }),
      );
      const body: SegmentUsage = { ...countedView(counted), days: found.map(dayView) };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}

function dayView({ startMs, ...day }: SegmentDay): SegmentUsage['days'][number] {
  return { day: new Date(startMs).toISOString().slice(0, 10), ...day };
}
