import { charts, chartsAsked, chartsBody, chartsParameters } from '@hourglass/contract';
import { clientGone } from '../../http/client-gone.ts';
import { tenantOfToken } from '../../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { sendJsonText } from '../../http/send-json.ts';
import { writeJson } from '../../http/write-json.ts';
import { exampleAsked, maxBodyBytes } from './asked-body.ts';
import { bucketDates } from './bucket-dates.ts';
import { instrumentsErrorStyle } from './instruments-errors.ts';
import type { InstrumentsParts } from './instruments-parts.ts';
import { chartsView } from './instruments-view.ts';
import { rangeOfLocalTimes } from './local-time.ts';
import { readAsked } from './read-asked.ts';

/** `GET /charts`: what happened to some instruments together, by day or month. */
export function getChartsRoute(parts: InstrumentsParts): GuardedRoute {
  const { accounts, instruments, semaphore, zone } = parts;
  return guardedRoute({
    method: 'get',
    path: '/charts',
    scope: 'read',
    ofEveryEnvironment: true,
    operation: { id: 'getCharts', tag: 'Instruments', summary: 'Statistics of instruments by day or month' },
    parameters: chartsParameters,
    readsOwnQuery: true,
    body: jsonBody(chartsBody, { maxBytes: maxBodyBytes, example: { ...exampleAsked, unit: 'day' } }),
    responses: { 200: { description: 'The statistics.', json: charts } },
    errorStyle: instrumentsErrorStyle,
    async handle({ request, response, principal, body }) {
      const { equipment, resource, time, unit, fill } = readAsked(request, body, chartsAsked);
      const tenant = await tenantOfToken(principal, accounts);
      const asked = { equipment, resources: resource, ...rangeOfLocalTimes(time[1], time[2], zone.offsetAt) };
      const figures = await semaphore.run(clientGone(response), () =>
        instruments.byDate(tenant, asked, { unit, timeZone: zone.name }),
      );
      sendJsonText(
        response,
        writeJson(chartsView(figures, fill ? bucketDates(time[1], time[2], unit) : null)),
      );
    },
  });
}
