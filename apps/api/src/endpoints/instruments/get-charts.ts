import { charts, chartsAsked, chartsBody, chartsParameters } from '@hourglass/contract';
import type { Accounts, InstrumentStore } from '@hourglass/reports';
import { tenantOfToken } from '../../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { sendJsonText } from '../../http/send-json.ts';
import { exampleAsked, maxBodyBytes } from './asked-body.ts';
import { bucketDates } from './bucket-dates.ts';
import { instrumentsErrorStyle } from './instruments-errors.ts';
import { chartsJson } from './instruments-view.ts';
import { rangeOfLocalTimes, type OffsetAt } from './local-time.ts';
import { readAsked } from './read-asked.ts';

/** `GET /charts`: what happened to some instruments together, by day or month. */
export function getChartsRoute(
  { accounts, instruments }: { readonly accounts: Accounts; readonly instruments: InstrumentStore },
  { timeZone, offsetAt }: { readonly timeZone: string; readonly offsetAt: OffsetAt },
): GuardedRoute {
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
      const asked = { equipment, resources: resource, ...rangeOfLocalTimes(time[1], time[2], offsetAt) };
      const figures = await instruments.byDate(tenant, asked, { unit, timeZone });
      sendJsonText(response, chartsJson(figures, fill ? bucketDates(time[1], time[2], unit) : null));
    },
  });
}
