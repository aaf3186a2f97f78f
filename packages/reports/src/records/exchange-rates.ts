/** What one unit of a currency was worth on one UTC day. Currencies are codes in capital letters. */
export interface ExchangeRate {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly currency: string;
  readonly targetCurrency: string;
  /** Digits, at most 4 before and 10 after the point; more than 0. */
  readonly rate: string;
}

/** What a listed rate has to be; what is missing is not asked for. */
export type RateCriteria = { readonly [Field in 'day' | 'currency' | 'targetCurrency']?: string | undefined };

/** The rates by which reports of an organization convert amounts. */
export interface ExchangeRateStore {
  /** All or none. One that is there already is replaced; no two of `rates` are of the same day and currencies. */
  put(organization: string, rates: readonly ExchangeRate[]): Promise<void>;
  /** Newest day first, then by currencies; at most `limit` of them. */
  list(organization: string, criteria: RateCriteria, limit: number): Promise<readonly ExchangeRate[]>;
}
