import { z } from 'zod';

/** Rates in one request. */
export const maxRatesPerRequest = 10_000;

/** Of a rate, in a body or a query parameter. */
export const currencyCode = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9_]{1,15}$/,
    'expected a currency such as EUR, in capital letters, at most 16 characters',
  );
export const utcDay = z.iso.date({ error: 'expected a day such as 2017-06-30' });

/** A text keeps every digit; a number is taken as it is written. */
const rate = z
  .union([z.string(), z.number()], { error: 'expected a rate such as "0.8921", as a text or a number' })
  .transform(String)
  .refine(
    (text) => /^\d{1,4}(\.\d{1,10})?$/.test(text) && Number(text) > 0,
    'expected a rate above 0 and below 10000, with at most 10 digits after the point and no exponent',
  )
  .describe('Units of the target currency for one of the currency.');

export const exchangeRate = z
  .strictObject({ day: utcDay, currency: currencyCode, targetCurrency: currencyCode, rate })
  .refine((given) => given.currency !== given.targetCurrency, {
    path: ['targetCurrency'],
    message: 'expected another currency than the one that is converted',
  })
  .meta({ id: 'ExchangeRate' });

/** Body of `PUT …/exchangeRates`. */
export const exchangeRatesBody = z
  .array(exchangeRate)
  .min(1, 'expected at least one rate')
  .max(maxRatesPerRequest, `expected at most ${maxRatesPerRequest} rates`)
  .superRefine((rates, context) => {
    const indexOf = new Map<string, number>();
    for (const [index, given] of rates.entries()) {
      const key = `${given.day} ${given.currency} ${given.targetCurrency}`;
      const first = indexOf.get(key);
      if (first === undefined) indexOf.set(key, index);
      else
        context.addIssue({
          code: 'custom',
          path: [index],
          message: `is of the same day and currencies as [${first}]`,
        });
    }
  });

export type ExchangeRatesBody = z.infer<typeof exchangeRatesBody>;

/** Answer of `PUT …/exchangeRates`. */
export const exchangeRatesStored = z.strictObject({ stored: z.int() });

/** Answer of `GET …/exchangeRates`. */
export const exchangeRateList = z
  .strictObject({
    rates: z.array(
      z.strictObject({ day: z.string(), currency: z.string(), targetCurrency: z.string(), rate: z.string() }),
    ),
    truncated: z.boolean().describe('Whether there are more rates than were asked for.'),
  })
  .meta({ id: 'ExchangeRateList' });

export type ExchangeRateList = z.infer<typeof exchangeRateList>;
