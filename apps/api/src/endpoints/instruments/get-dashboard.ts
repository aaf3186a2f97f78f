import { dashboard, dashboardAsked, dashboardBody, dashboardParameters } from '@hourglass/contract';
import { clientGone } from '../../http/client-gone.ts';
import { tenantOfToken } from '../../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { sendJsonText } from '../../http/send-json.ts';
import { writeJson } from '../../http/write-json.ts';
import { exampleAsked, maxBodyBytes } from './asked-body.ts';
import { instrumentsErrorStyle } from './instruments-errors.ts';
import type { InstrumentsParts } from './instruments-parts.ts';
import { dashboardView } from './instruments-view.ts';
import { rangeOfLocalTimes } from './local-time.ts';
import { readAsked } from './read-asked.ts';

/** `GET /dashboard`: what happened to some instruments in a range of time, to each and in total. */
export function getDashboardRoute(parts: InstrumentsParts): GuardedRoute {
  const { accounts, instruments, semaphore, zone } = parts;
  return guardedRoute({
    method: 'get',
    path: '/dashboard',
    scope: 'read',
    ofEveryEnvironment: true,
    operation: { id: 'getDashboard', tag: 'Instruments', summary: 'Statistics of instruments' },
    parameters: dashboardParameters,
    readsOwnQuery: true,
    body: jsonBody(dashboardBody, { maxBytes: maxBodyBytes, example: exampleAsked }),
    responses: { 200: { description: 'The statistics.', json: dashboard } },
    errorStyle: instrumentsErrorStyle,
    async handle({ request, response, principal, body }) {
      const { equipment, resource, time } = readAsked(request, body, dashboardAsked);
      const tenant = await tenantOfToken(principal, accounts);
      const range = rangeOfLocalTimes(time[1], time[2], zone.offsetAt);
      const totals = await semaphore.run(clientGone(response), () =>
        instruments.total(tenant, { equipment, resources: resource, ...range }),
      );
      sendJsonText(response, writeJson(dashboardView(totals, equipment)));
    },
  });
}
