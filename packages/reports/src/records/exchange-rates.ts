import type { AuditEvent } from '../audit/audit-event.ts';

/** Value of one unit of a currency on a UTC day. Currencies are codes in capital letters. */
export interface ExchangeRate {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly currency: string;
  readonly targetCurrency: string;
  /** Positive decimal with at most 4 digits before and 10 after the point. */
  readonly rate: string;
}

/** Conditions on listed rates. An omitted condition matches every rate. */
export type RateCriteria = { readonly [Field in 'day' | 'currency' | 'targetCurrency']?: string | undefined };

/** The exchange rates that an organization's reports use. */
export interface ExchangeRateStore {
  /**
   * Upserts all rates in one transaction. `rates` has no two rates of the same day and currencies.
   */
  put(organization: string, rates: readonly ExchangeRate[], audit: AuditEvent): Promise<void>;
  /** Lists at most `limit` rates, newest day first, then by currencies. */
  list(organization: string, criteria: RateCriteria, limit: number): Promise<readonly ExchangeRate[]>;
}
