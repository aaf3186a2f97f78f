import type { Tenant } from '@hourglass/query';

/**
 * A size in TiB as stored: decimal digits without trailing zeros. A string, because a number could
 * lose digits.
 */
export type Tebibytes = string;

/** RFC 3339 in UTC, with up to microseconds as stored. */
export type UtcTime = string;

export interface Subscription<Level> {
  readonly number: string;
  readonly accountName: string;
  readonly startDate: UtcTime;
  /** Null when the subscription has no end. */
  readonly endDate: UtcTime | null;
  /** Service levels with a record or with samples, by name. */
  readonly serviceLevels: readonly Level[];
}

/** A customer with all subscriptions, sorted by number. */
export interface CustomerConsumption<Level> {
  readonly customer: { readonly id: string; readonly name: string };
  readonly subscriptions: readonly Subscription<Level>[];
}

interface Sizes {
  readonly committedTib: Tebibytes;
  readonly consumedTib: Tebibytes;
  readonly burstTib: Tebibytes;
  readonly accruedBurstTib: Tebibytes;
}

/** Values of the newest sample. */
export interface CurrentLevel extends Sizes {
  readonly name: string;
  /** Null without a sample. Then the commitment is the service level's, and nothing is consumed. */
  readonly timestampUtc: UtcTime | null;
}

export interface Sample extends Sizes {
  readonly timestampUtc: UtcTime;
  readonly isInvoiced: boolean;
}

export interface HistoricalLevel {
  readonly name: string;
  /** In chronological order. */
  readonly samples: readonly Sample[];
}

/** A time range that includes both ends. */
export interface ClosedTimeRange {
  readonly first: UtcTime;
  readonly last: UtcTime;
}

/** Reads the storage consumption of customers. `current` and `history` return null when the environment has no such customer. */
export interface ConsumptionStore {
  /** Lists at most `limit` customers by id, after the id `after`; null: from the first. */
  customers(
    tenant: Tenant,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly CustomerConsumption<never>['customer'][]>;
  current(tenant: Tenant, customerId: string): Promise<CustomerConsumption<CurrentLevel> | null>;
  /** @throws ReportError `consumption.too_large` when the range has more than `maxSamples` */
  history(
    tenant: Tenant,
    customerId: string,
    options: { readonly range: ClosedTimeRange; readonly maxSamples: number },
  ): Promise<CustomerConsumption<HistoricalLevel> | null>;
}
