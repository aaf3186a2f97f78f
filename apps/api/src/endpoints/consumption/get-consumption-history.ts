import {
  historicalConsumptionDetails,
  historicalConsumptionParameters,
  type Instant,
} from '@hourglass/contract';
import { ReportError, invalidRequest, type ClosedTimeRange, type HistoricalLevel } from '@hourglass/reports';
import { clientGone } from '../../http/client-gone.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { sendJsonText } from '../../http/send-json.ts';
import { ExactNumber, writeJson } from '../../http/write-json.ts';
import {
  consumptionCall,
  requestView,
  subscriptionView,
  tenantOfCustomer,
  type ConsumptionPorts,
} from './consumption-call.ts';

/** Five service levels by the hour for a year. Writing so many takes the process a quarter of a second, and 7 MB. */
const maxSamples = 50_000;

/** `GET /v1/keystone/customer/historical-consumption-details`: the samples of a customer's service levels in a time. */
export function getConsumptionHistoryRoute({
  accounts,
  consumption,
  semaphore,
}: ConsumptionPorts): GuardedRoute {
  return guardedRoute({
    ...consumptionCall,
    path: '/v1/keystone/customer/historical-consumption-details',
    operation: {
      id: 'getHistoricalConsumptionDetails',
      tag: 'Consumption',
      summary: 'What a customer consumed over a time, by subscription and service level',
    },
    parameters: historicalConsumptionParameters,
    responses: {
      200: {
        description: `At most ${maxSamples} samples; sizes are numbers.`,
        json: historicalConsumptionDetails,
      },
    },
    async handle({ response, principal, parameters: { id, from_date_utc: from, to_date_utc: to } }) {
      const range = rangeOf(from, to);
      const tenant = await tenantOfCustomer(principal, id, accounts);
      const found = await semaphore.run(clientGone(response), () =>
        consumption.history(tenant, id, { range, maxSamples }),
      );
      if (found === null) throw new ReportError('customer.not_found');
      const records = found.subscriptions.map((subscription) => ({
        subscription: subscriptionView(subscription),
        service_levels: subscription.serviceLevels.map(levelView),
      }));
      const results = {
        returned_records: records.length,
        records,
        request_parameters: { from_date_utc: from.text, to_date_utc: to.text, customer_id: id },
        ...requestView(response),
        customer: { name: found.customer.name, id },
      };
      sendJsonText(response, writeJson({ results }));
    },
  });
}

/** @throws ReportError `request.invalid` when it would hold nothing */
function rangeOf(from: Instant, to: Instant): ClosedTimeRange {
  if (from.utc <= to.utc) return { first: from.utc, last: to.utc };
  const message = `it is after to_date_utc; expected at most "${to.text}", found "${from.text}"`;
  throw invalidRequest([{ field: 'from_date_utc', message }]);
}

function levelView({ name, samples }: HistoricalLevel) {
  return {
    name,
    historical_consumption: samples.map((sample) => ({
      committed_tib: new ExactNumber(sample.committedTib),
      consumed_tib: new ExactNumber(sample.consumedTib),
      timestamp_utc: sample.timestampUtc,
      burst_tib: new ExactNumber(sample.burstTib),
      accrued_burst_tib: new ExactNumber(sample.accruedBurstTib),
      is_invoiced: sample.isInvoiced,
    })),
  };
}
