import { consumptionDetails, consumptionParameters } from '@hourglass/contract';
import { ReportError } from '@hourglass/reports';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { sendJson } from '../../http/send-json.ts';
import {
  consumptionCall,
  requestView,
  subscriptionView,
  tenantOfCustomer,
  type ConsumptionPorts,
} from './consumption-call.ts';

/** `GET /v1/keystone/customer/consumption-details`: what the newest samples of a customer's service levels say. */
export function getConsumptionRoute({ accounts, consumption }: ConsumptionPorts): GuardedRoute {
  return guardedRoute({
    ...consumptionCall,
    path: '/v1/keystone/customer/consumption-details',
    operation: {
      id: 'getConsumptionDetails',
      tag: 'Consumption',
      summary: 'What a customer consumes now, by subscription and service level',
    },
    parameters: consumptionParameters,
    responses: { 200: { description: 'Every value is a text.', json: consumptionDetails } },
    async handle({ response, principal, parameters: { id } }) {
      const found = await consumption.current(await tenantOfCustomer(principal, id, accounts), id);
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
