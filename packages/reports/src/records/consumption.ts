import type { Tenant } from '@hourglass/query';

/** A size in TiB: decimal digits as they are stored, without zeros at the end. Not a number, which could lose some. */
export type Tebibytes = string;

/** RFC 3339 in UTC, as fine as it is stored: up to microseconds. */
export type UtcTime = string;

export interface Subscription<Level> {
  readonly number: string;
  readonly accountName: string;
  readonly startDate: UtcTime;
  /** Null: it has no end. */
  readonly endDate: UtcTime | null;
  /** Those with a record, and those with samples only; by name. */
  readonly serviceLevels: readonly Level[];
}

/** A customer with all subscriptions, by number. */
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

/** What the newest sample says. */
export interface CurrentLevel extends Sizes {
  readonly name: string;
  /** Null: there is no sample. The commitment is that of the service level then, and nothing is consumed. */
  readonly timestampUtc: UtcTime | null;
}

export interface Sample extends Sizes {
  readonly timestampUtc: UtcTime;
  readonly isInvoiced: boolean;
}

export interface HistoricalLevel {
  readonly name: string;
  /** In the order of time. */
  readonly samples: readonly Sample[];
}

/** Both ends belong to it. */
export interface ClosedTimeRange {
  readonly first: UtcTime;
  readonly last: UtcTime;
}

/** What the storage consumption of an environment's customers is. Null: it has no such customer. */
export interface ConsumptionStore {
  current(tenant: Tenant, customerId: string): Promise<CustomerConsumption<CurrentLevel> | null>;
  /** @throws ReportError `consumption.too_large` when the range has more than `maxSamples` */
  history(
    tenant: Tenant,
    customerId: string,
    options: { readonly range: ClosedTimeRange; readonly maxSamples: number },
  ): Promise<CustomerConsumption<HistoricalLevel> | null>;
}
