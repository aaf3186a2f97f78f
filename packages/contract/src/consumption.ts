import { z } from 'zod';
import { customerId } from './account-fields.ts';
import { firstInstant, lastInstant } from './instants.ts';

/** Answers and parameters of Keystone's two calls. The order of members is that of its documentation. */

const requestId = z.uuid().describe('Also in the header X-Request-Id.');
const responseTime = z
  .string()
  .regex(/^\d+\.\d{3}$/)
  .describe('Seconds.');
const tebibytes = z
  .string()
  .regex(/^-?\d+(?:\.\d*[1-9])?$/)
  .describe('TiB.');
const utcTime = z.iso.datetime();
const subscription = z.strictObject({
  account_name: z.string(),
  number: z.string(),
  start_date: utcTime,
  end_date: z.union([utcTime, z.literal('')]).describe('Empty: it has no end.'),
});

/** Answer of `consumption-details`: every value is a text. */
export const consumptionDetails = z
  .strictObject({
    result: z.strictObject({
      returned_records: z.string().regex(/^\d+$/),
      records: z.array(
        z.strictObject({
          subscription,
          service_levels: z.array(
            z.strictObject({
              name: z.string(),
              committed_tib: tebibytes,
              consumed_tib: tebibytes,
              consumed_timestamp_utc: z
                .union([utcTime, z.literal('')])
                .describe('Empty: there is no sample.'),
              burst_tib: tebibytes,
              accrued_burst_tib: tebibytes,
            }),
          ),
        }),
      ),
      request_id: requestId,
      response_time: responseTime,
    }),
  })
  .meta({ id: 'ConsumptionDetails' });

/** Answer of `historical-consumption-details`: sizes are numbers, of more digits than a double keeps. */
export const historicalConsumptionDetails = z
  .strictObject({
    results: z.strictObject({
      returned_records: z.int().min(0),
      records: z.array(
        z.strictObject({
          subscription,
          service_levels: z.array(
            z.strictObject({
              name: z.string(),
              historical_consumption: z.array(
                z.strictObject({
                  committed_tib: z.number(),
                  consumed_tib: z.number(),
                  timestamp_utc: utcTime,
                  burst_tib: z.number(),
                  accrued_burst_tib: z.number(),
                  is_invoiced: z.boolean(),
                }),
              ),
            }),
          ),
        }),
      ),
      request_parameters: z.strictObject({
        from_date_utc: z.string(),
        to_date_utc: z.string(),
        customer_id: z.string(),
      }),
      request_id: requestId,
      response_time: responseTime,
      customer: z.strictObject({ name: z.string(), id: z.string() }),
    }),
  })
  .meta({ id: 'HistoricalConsumptionDetails' });

/** Every error of the two calls. `faults` is there where parameters are wrong. */
export const consumptionError = z
  .strictObject({
    error: z.strictObject({
      code: z.string(),
      message: z.string(),
      faults: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
    }),
  })
  .meta({ id: 'ConsumptionError' });
export type ConsumptionError = z.infer<typeof consumptionError>;

export const consumptionParameters = {
  type: z.literal('customer', { error: needed('"customer"') }).describe('Always "customer".'),
  id: z
    .string({ error: needed('the id of a customer') })
    .pipe(customerId)
    .describe('Id of the customer.'),
};

export const historicalConsumptionParameters = {
  ...consumptionParameters,
  from_date_utc: firstInstant.describe('The first moment: RFC 3339, or a day, from whose beginning on.'),
  to_date_utc: lastInstant.describe('The last moment: RFC 3339, or a day, to whose end.'),
};

function needed(what: string) {
  return ({ input }: { readonly input?: unknown }) =>
    input === undefined ? `it is missing; expected ${what}` : `expected ${what}`;
}
