import type { Tenant } from '@hourglass/query';

/** Resources of instruments and their figures, both in the order of the response. */
export const instrumentFigures = {
  charge: ['charge_amount'],
  follow: ['follow_numbers'],
  record: ['use_numbers', 'service_times', 'service_time'],
  sample: ['sample_times'],
  status: ['break_time', 'break_times'],
  training: ['training_times', 'approved_times'],
} as const;

export type InstrumentResource = keyof typeof instrumentFigures;

export interface InstrumentsRequest {
  /** Instrument ids without duplicates. */
  readonly equipment: readonly string[];
  /** Without duplicates. */
  readonly resources: readonly InstrumentResource[];
  /** Milliseconds since 1970, on a whole second. */
  readonly startMs: number;
  readonly endExclusiveMs: number;
}

export interface BucketsRequest {
  readonly unit: 'day' | 'month';
  /** Name in the tz database. Buckets follow local days of this zone. */
  readonly timeZone: string;
}

/** Decimals with all digits and without trailing zeros, in the order of `instrumentFigures`. */
export type Figures = readonly string[];

export interface InstrumentTotals {
  /** Totals over all instruments; zeros without data. A user of several instruments counts once. */
  readonly total: Figures;
  /** Totals by instrument id, for instruments with data. */
  readonly byInstrument: ReadonlyMap<string, Figures>;
}

/** Figures by date, `YYYY-MM-DD` or `YYYY-MM`, oldest first, for dates with data. */
export type FiguresByDate = ReadonlyMap<string, Figures>;

/** An instrument with a record of its own or of something that happened. */
export interface Instrument {
  readonly id: string;
  /** Null: not recorded. */
  readonly name: string | null;
  readonly location: string | null;
}

export interface InstrumentStore {
  /** Lists at most `limit` instruments by id, after the id `after`; null: from the first. */
  list(
    tenant: Tenant,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly Instrument[]>;
  /** Returns totals for each requested resource. */
  total(
    tenant: Tenant,
    request: InstrumentsRequest,
  ): Promise<ReadonlyMap<InstrumentResource, InstrumentTotals>>;
  /**
   * Returns figures by date for each requested resource, over all requested instruments together.
   */
  byDate(
    tenant: Tenant,
    request: InstrumentsRequest,
    buckets: BucketsRequest,
  ): Promise<ReadonlyMap<InstrumentResource, FiguresByDate>>;
}
