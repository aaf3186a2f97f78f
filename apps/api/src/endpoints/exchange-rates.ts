import {
  currencyCode,
  exchangeRateList,
  exchangeRatesBody,
  exchangeRatesStored,
  utcDay,
  wholeNumber,
  type ExchangeRateList,
} from '@hourglass/contract';
import type { ExchangeRateStore } from '@hourglass/reports';
import { scopeOf } from '../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';

const path = '/v1/organizations/:organization/exchangeRates';
const tag = 'Monetization';
const defaultLimit = 1_000;
const maxLimit = 10_000;

const example = [{ day: '2017-06-01', currency: 'USD', targetCurrency: 'EUR', rate: '0.8921' }];

/** `GET …/exchangeRates` and `PUT …/exchangeRates`: the rates at which reports convert amounts. */
export function exchangeRateRoutes(exchangeRates: ExchangeRateStore): GuardedRoute[] {
  return [
    guardedRoute({
      method: 'get',
      path,
      scope: 'read',
      operation: { id: 'listExchangeRates', tag, summary: 'List exchange rates, newest day first' },
      parameters: {
        day: utcDay.optional().describe('UTC day of the rates.'),
        currency: currencyCode.optional().describe('Currency from which amounts are converted.'),
        targetCurrency: currencyCode.optional().describe('Currency to which amounts are converted.'),
        limit: wholeNumber({ min: 1, max: maxLimit })
          .default(defaultLimit)
          .describe(`Maximum number of rates, up to ${maxLimit}; ${defaultLimit} by default.`),
      },
      responses: { 200: { description: 'The exchange rates.', json: exchangeRateList } },
      async handle({ request, response, parameters: { limit, ...criteria } }) {
        // One more than requested shows whether more exist.
        const found = await exchangeRates.list(scopeOf(request).organization, criteria, limit + 1);
        const body: ExchangeRateList = { rates: found.slice(0, limit), truncated: found.length > limit };
        response.json(body);
      },
    }),
    guardedRoute({
      method: 'put',
      path,
      scope: 'admin',
      operation: { id: 'putExchangeRates', tag, summary: 'Insert or replace exchange rates, all or none' },
      body: jsonBody(exchangeRatesBody, { maxBytes: 256 * 1024, example }),
      responses: { 200: { description: 'The number of rates stored.', json: exchangeRatesStored } },
      async handle({ request, response, body, audit }) {
        const event = audit('organization.exchange_rates', { details: { stored: body.length } });
        await exchangeRates.put(scopeOf(request).organization, body, event);
        response.json({ stored: body.length });
      },
    }),
  ];
}
