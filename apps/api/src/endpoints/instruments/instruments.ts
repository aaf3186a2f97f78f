import {
  charts,
  chartsBody,
  chartsParameters,
  chartsRequest,
  dashboard,
  dashboardBody,
  dashboardParameters,
  dashboardRequest,
  instrumentsError,
  type InstrumentsError,
} from '@hourglass/contract';
import type { Accounts, InstrumentStore, Semaphore } from '@hourglass/reports';
import { clientGone } from '../../http/client-gone.ts';
import { environmentPlace, ownPlace, type ContractPlace } from '../../http/contract-places.ts';
import { setErrorHead } from '../../http/error-response.ts';
import { guardedRoute, jsonBody, type ErrorStyle, type GuardedRoute } from '../../http/route.ts';
import { sendJsonText } from '../../http/send-json.ts';
import { writeJson } from '../../http/write-json.ts';
import { readInstrumentsRequest } from './instruments-request.ts';
import { listInstrumentsRoute } from './list-instruments.ts';
import { chartsView, dashboardView } from './instruments-view.ts';
import { bucketDates, offsetsOf, rangeOfLocalTimes } from './local-time.ts';

export interface InstrumentsPorts {
  readonly accounts: Accounts;
  readonly instruments: InstrumentStore;
  /** Limits concurrent statements: each may hold a connection that polls need for seconds. */
  readonly semaphore: Semaphore;
  /** Zone of the tz database in which requests state their times. */
  readonly timeZone: string;
}

/** The maximum number of instruments, with ids of a hundred characters. */
const maxBodyBytes = 256 * 1024;

/** From the contract's documentation. */
const example = {
  equipment: ['123'],
  resource: ['charge', 'record', 'sample', 'status', 'training'],
  time: ['bt', '2020-01-01 00:00:00', '2020-01-01 23:59:59'],
};

/**
 * The contract does not define errors. This is the minimum: a code, a message and every fault.
 */
const errorStyle: ErrorStyle = {
  schema: instrumentsError,
  write(response, error) {
    const { code, message, faults } = error;
    const body: InstrumentsError = {
      error: { code, message, ...(faults.length === 0 ? {} : { faults: [...faults] }) },
    };
    setErrorHead(response, error);
    response.json(body);
  },
};

const common = {
  method: 'get',
  scope: 'read',
  readsOwnQuery: true,
} as const;
const tag = 'Instruments';

/** The statistics of instruments, and a list of these. */
export function instrumentsRoutes(ports: InstrumentsPorts): readonly GuardedRoute[] {
  const { accounts } = ports;
  const places = [ownPlace('', { errorStyle }, accounts), environmentPlace(accounts)];
  return [
    ...places.flatMap((place) => [getDashboard(place, ports), getCharts(place, ports)]),
    listInstrumentsRoute(ports),
  ];
}

/** `GET /dashboard`: the figures of a time range, for each instrument and in total. */
function getDashboard(
  place: ContractPlace,
  { instruments, semaphore, timeZone }: InstrumentsPorts,
): GuardedRoute {
  const offsetAt = offsetsOf(timeZone);
  return guardedRoute({
    ...common,
    ...place.rules,
    path: `${place.prefix}/dashboard`,
    operation: { id: place.operationId('getDashboard'), tag, summary: 'Get statistics of instruments' },
    parameters: dashboardParameters,
    body: jsonBody(dashboardBody, { maxBytes: maxBodyBytes, example }),
    responses: { 200: { description: 'The statistics.', json: dashboard } },
    async handle({ request, response, principal, body }) {
      const { equipment, resource, time } = readInstrumentsRequest(request, body, dashboardRequest);
      const tenant = await place.locate(request, principal);
      const range = rangeOfLocalTimes(time[1], time[2], offsetAt);
      const totals = await semaphore.run(clientGone(response), () =>
        instruments.total(tenant, { equipment, resources: resource, ...range }),
      );
      sendJsonText(response, writeJson(dashboardView(totals, equipment)));
    },
  });
}

/** `GET /charts`: the figures of all requested instruments together, by day or month. */
function getCharts(
  place: ContractPlace,
  { instruments, semaphore, timeZone }: InstrumentsPorts,
): GuardedRoute {
  const offsetAt = offsetsOf(timeZone);
  return guardedRoute({
    ...common,
    ...place.rules,
    path: `${place.prefix}/charts`,
    operation: {
      id: place.operationId('getCharts'),
      tag,
      summary: 'Get statistics of instruments by day or month',
    },
    parameters: chartsParameters,
    body: jsonBody(chartsBody, { maxBytes: maxBodyBytes, example: { ...example, unit: 'day' } }),
    responses: { 200: { description: 'The statistics.', json: charts } },
    async handle({ request, response, principal, body }) {
      const { equipment, resource, time, unit, fill } = readInstrumentsRequest(request, body, chartsRequest);
      const tenant = await place.locate(request, principal);
      const range = rangeOfLocalTimes(time[1], time[2], offsetAt);
      const figures = await semaphore.run(clientGone(response), () =>
        instruments.byDate(tenant, { equipment, resources: resource, ...range }, { unit, timeZone }),
      );
      const dates = fill ? bucketDates(time[1], time[2], unit) : null;
      sendJsonText(response, writeJson(chartsView(figures, dates)));
    },
  });
}
