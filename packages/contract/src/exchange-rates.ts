import { z } from 'zod';

/** Rates per request. Their values are half of what a JSON body may contain. */
export const maxRatesPerRequest = 1_000;

/** Three-letter code or another short name, in a body or a query parameter. */
export const currencyCode = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9_]{1,15}$/,
    'expected a currency such as EUR: 2 to 16 capital letters, digits and "_"',
  );
export const utcDay = z.iso.date({ error: 'expected a day such as 2017-06-30' });

/** A string keeps every digit; a number is read as it is written. */
const rate = z
  .union([z.string(), z.number()], { error: 'expected a rate such as "0.8921", as a string or a number' })
  .transform(String)
  .refine(
    (text) => /^\d{1,4}(\.\d{1,10})?$/.test(text) && Number(text) > 0,
    'expected a rate above 0 and below 10000, with at most 10 digits after the point and no exponent',
  )
  .describe('Units of targetCurrency for one unit of currency.');

export const exchangeRate = z
  .strictObject({ day: utcDay, currency: currencyCode, targetCurrency: currencyCode, rate })
  .refine(({ currency, targetCurrency }) => currency !== targetCurrency, {
    path: ['targetCurrency'],
    message: 'expected a currency other than "currency"',
  })
  .meta({ id: 'ExchangeRate' });

/** Body of `PUT …/exchangeRates`. */
export const exchangeRatesBody = z
  .array(exchangeRate)
  .min(1, 'expected at least one rate')
  .max(maxRatesPerRequest, `expected at most ${maxRatesPerRequest} rates`)
  .superRefine((rates, context) => {
    const indexOf = new Map<string, number>();
    for (const [index, { day, currency, targetCurrency }] of rates.entries()) {
      const key = `${day} ${currency} ${targetCurrency}`;
      const first = indexOf.get(key);
      if (first === undefined) indexOf.set(key, index);
      else
        context.addIssue({
          code: 'custom',
          path: [index],
          message: `duplicates the day and currencies of [${first}]; expected each once`,
        });
    }
  });

export type ExchangeRatesBody = z.infer<typeof exchangeRatesBody>;

/** Response to `PUT …/exchangeRates`. */
export const exchangeRatesStored = z.strictObject({ stored: z.int() });

/** Response to `GET …/exchangeRates`. */
export const exchangeRateList = z
  .strictObject({
    rates: z.array(
      z.strictObject({ day: z.string(), currency: z.string(), targetCurrency: z.string(), rate: z.string() }),
    ),
    truncated: z.boolean().describe('true: more rates match than the limit allows.'),
  })
  .meta({ id: 'ExchangeRateList' });

export type ExchangeRateList = z.infer<typeof exchangeRateList>;
