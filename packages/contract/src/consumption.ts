import { z } from 'zod';
import { customerId } from './account-fields.ts';
import { fieldFault } from './errors.ts';
import { firstInstant, lastInstant } from './instants.ts';

/**
 * Parameters and response bodies of Keystone's two endpoints, with members in the order of its
 * documentation.
 */

const requestId = z.uuid().describe('Same as the header X-Request-Id.');
const responseTime = z
  .string()
  .regex(/^\d+\.\d{3}$/)
  .describe('Duration in seconds.');
const tebibytes = z
  .string()
  .regex(/^-?\d+(?:\.\d*[1-9])?$/)
  .describe('TiB.');
const utcTime = z.iso.datetime();
const subscription = z.strictObject({
  account_name: z.string(),
  number: z.string(),
  start_date: utcTime,
  end_date: z.union([utcTime, z.literal('')]).describe('Empty: no end.'),
});

/** Response to `consumption-details`: every value is a string. */
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
              consumed_timestamp_utc: z.union([utcTime, z.literal('')]).describe('Empty: no sample.'),
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

/**
 * Response to `historical-consumption-details`: sizes are numbers with more digits than a double
 * holds.
 */
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

export type ConsumptionDetails = z.infer<typeof consumptionDetails>;
export type HistoricalConsumptionDetails = z.infer<typeof historicalConsumptionDetails>;

/** Response to `GET …/customers`. */
export const customerList = z
  .strictObject({
    customers: z.array(z.strictObject({ id: z.string(), name: z.string() })).describe('By id.'),
    nextPageToken: z.string().optional().describe('Present if there are more customers.'),
  })
  .meta({ id: 'CustomerList' });
export type CustomerList = z.infer<typeof customerList>;

/** Error body of both endpoints. `faults` is present if parameters are invalid. */
export const consumptionError = z
  .strictObject({
    error: z.strictObject({
      code: z.string(),
      message: z.string(),
      faults: z.array(fieldFault).optional(),
    }),
  })
  .meta({ id: 'ConsumptionError' });
export type ConsumptionError = z.infer<typeof consumptionError>;

export const consumptionParameters = {
  type: z.literal('customer', { error: required('"customer"') }).describe('Always "customer".'),
  id: z
    .string({ error: required('the id of a customer') })
    .pipe(customerId)
    .describe('Id of the customer.'),
};

export const historicalConsumptionParameters = {
  ...consumptionParameters,
  from_date_utc: firstInstant.describe('Start, inclusive: RFC 3339, or a day, from its beginning.'),
  to_date_utc: lastInstant.describe('End, inclusive: RFC 3339, or a day, to its end.'),
};

function required(what: string) {
  return ({ input }: { readonly input?: unknown }) =>
    input === undefined ? `is required; expected ${what}` : `expected ${what}`;
}
