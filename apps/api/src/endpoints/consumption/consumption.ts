import type { Response } from 'express';
import {
  consumptionDetails,
  consumptionError,
  consumptionParameters,
  historicalConsumptionDetails,
  historicalConsumptionParameters,
  type ConsumptionError,
  type Instant,
} from '@hourglass/contract';
import {
  ReportError,
  invalidRequest,
  type Accounts,
  type ClosedTimeRange,
  type ConsumptionStore,
  type HistoricalLevel,
  type Principal,
  type Scope,
  type Subscription,
  type Semaphore,
} from '@hourglass/reports';
import { clientGone } from '../../http/client-gone.ts';
import { environmentPlace, ownPlace, type ContractPlace } from '../../http/contract-places.ts';
import { setErrorHead } from '../../http/error-response.ts';
import type { EventLoopTurns } from '../../http/event-loop-turns.ts';
import { ItemByItem, sendInPieces } from '../../http/json-pieces.ts';
import { guardedRoute, type ErrorStyle, type GuardedRoute } from '../../http/route.ts';
import { secondsSince } from '../../http/seconds-since.ts';
import { sendJson } from '../../http/send-json.ts';
import { ExactNumber } from '../../http/write-json.ts';
import { listCustomersRoute } from './list-customers.ts';

export interface ConsumptionPorts {
  readonly accounts: Accounts;
  readonly consumption: ConsumptionStore;
  readonly semaphore: Semaphore;
  readonly turns: EventLoopTurns;
}

/**
 * Five service levels, hourly for a year. The process writes this many in 0.25 s; they take 7 MB.
 */
const maxSamples = 50_000;
const tag = 'Consumption';

/**
 * The request id is in a header only, so that unknown and forbidden customers get identical bodies.
 */
const errorStyle: ErrorStyle = {
  schema: consumptionError,
  write(response, error) {
    setErrorHead(response, error);
    const { code, message, faults } = error;
    const body: ConsumptionError = {
      error: { code, message, ...(faults.length === 0 ? {} : { faults: [...faults] }) },
    };
    response.json(body);
  },
};

const common = {
  method: 'get',
  scope: 'read',
  logsRequests: true,
} as const satisfies Partial<GuardedRoute> & { readonly scope: Scope };

/** Keystone's contract: the storage that customers consume. And a list of the customers. */
export function consumptionRoutes(ports: ConsumptionPorts): readonly GuardedRoute[] {
  const { accounts } = ports;
  const rules = { tokenHeader: 'authorizationToken', allowsCustomerTokens: true, errorStyle };
  const places = [ownPlace('/v1/keystone/customer', rules, accounts), environmentPlace(accounts)];
  return [
    ...places.flatMap((place) => [getConsumption(place, ports), getConsumptionHistory(place, ports)]),
    listCustomersRoute(ports),
  ];
}

/** The newest sample of each service level. */
function getConsumption(place: ContractPlace, { consumption }: ConsumptionPorts): GuardedRoute {
  return guardedRoute({
    ...common,
    ...place.rules,
    path: `${place.prefix}/consumption-details`,
    operation: {
      id: place.operationId('getConsumptionDetails'),
      tag,
      summary: "Get a customer's current consumption by subscription and service level",
    },
    parameters: consumptionParameters,
    responses: { 200: { description: 'Every value is a string.', json: consumptionDetails } },
    async handle({ request, response, principal, parameters: { id } }) {
      const tenant = await place.locate(request, principal);
      requireVisible(id, principal);
      const found = await consumption.current(tenant, id);
      if (found === null) throw new ReportError('customer.not_found');
      const records = found.subscriptions.map((subscription) => ({
        subscription: subscriptionView(subscription),
        service_levels: subscription.serviceLevels.map((level) => ({
          name: level.name,
          committed_tib: level.committedTib,
          consumed_tib: level.consumedTib,
          consumed_timestamp_utc: level.timestampUtc ?? '',
          burst_tib: level.burstTib,
          accrued_burst_tib: level.accruedBurstTib,
        })),
      }));
      sendJson(response, {
        result: { returned_records: String(records.length), records, ...requestView(response) },
      });
    },
  });
}

/** All samples of a time range. */
function getConsumptionHistory(
  place: ContractPlace,
  { consumption, semaphore, turns }: ConsumptionPorts,
): GuardedRoute {
  return guardedRoute({
    ...common,
    ...place.rules,
    path: `${place.prefix}/historical-consumption-details`,
    operation: {
      id: place.operationId('getHistoricalConsumptionDetails'),
      tag,
      summary: "Get a customer's consumption over a time range by subscription and service level",
    },
    parameters: historicalConsumptionParameters,
    responses: {
      200: {
        description: `At most ${maxSamples} samples. Sizes are numbers.`,
        json: historicalConsumptionDetails,
      },
    },
    async handle({ request, response, principal, parameters }) {
      const { id, from_date_utc: from, to_date_utc: to } = parameters;
      const range = rangeOf(from, to);
      const tenant = await place.locate(request, principal);
      requireVisible(id, principal);
      const found = await semaphore.run(clientGone(response), () =>
        consumption.history(tenant, id, { range, maxSamples }),
      );
      if (found === null) throw new ReportError('customer.not_found');
      const records = found.subscriptions.map((subscription) => ({
        subscription: subscriptionView(subscription),
        service_levels: new ItemByItem(subscription.serviceLevels.map(levelView)),
      }));
      const results = {
        returned_records: records.length,
        records: new ItemByItem(records),
        request_parameters: { from_date_utc: from.text, to_date_utc: to.text, customer_id: id },
        ...requestView(response),
        customer: { name: found.customer.name, id },
      };
      await sendInPieces(response, { results }, () => turns.next(tenant.organization));
    },
  });
}

/**
 * @throws ReportError `customer.not_found` for a customer that the token may not see, as for one that does not exist
 */
function requireVisible(customerId: string, { customers }: Principal): void {
  if (customers.length > 0 && !customers.includes(customerId)) throw new ReportError('customer.not_found');
}

/** @throws ReportError `request.invalid` if the range is empty */
function rangeOf(from: Instant, to: Instant): ClosedTimeRange {
  if (from.utc <= to.utc) return { first: from.utc, last: to.utc };
  const message = `it is after to_date_utc; expected at most "${to.text}", found "${from.text}"`;
  throw invalidRequest([{ field: 'from_date_utc', message }]);
}

function subscriptionView({ accountName, number, startDate, endDate }: Subscription<unknown>) {
  return { account_name: accountName, number, start_date: startDate, end_date: endDate ?? '' };
}

function levelView({ name, samples }: HistoricalLevel) {
  return {
    name,
    historical_consumption: new ItemByItem(sampleViews(samples)),
  };
}

function* sampleViews(samples: HistoricalLevel['samples']) {
  for (const { committedTib, consumedTib, timestampUtc, burstTib, accruedBurstTib, isInvoiced } of samples) {
    yield {
      committed_tib: new ExactNumber(committedTib),
      consumed_tib: new ExactNumber(consumedTib),
      timestamp_utc: timestampUtc,
      burst_tib: new ExactNumber(burstTib),
      accrued_burst_tib: new ExactNumber(accruedBurstTib),
      is_invoiced: isInvoiced,
    };
  }
}

/** Id and duration of the request, as the response body shows them. */
function requestView(response: Response) {
  return {
    request_id: String(response.locals['requestId']),
    response_time: secondsSince(response).toFixed(3),
  };
}
