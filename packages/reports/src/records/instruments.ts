import type { Tenant } from '@hourglass/query';

/** What can be asked about instruments, and the figures that each is told in, both in the order of an answer. */
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
  /** Ids, each once. */
  readonly equipment: readonly string[];
  /** Each once. */
  readonly resources: readonly InstrumentResource[];
  /** Milliseconds since 1970, of whole seconds. */
  readonly startMs: number;
  readonly endExclusiveMs: number;
}

export interface BucketsRequest {
  readonly unit: 'day' | 'month';
  /** Of the tz database. What begins in a day there belongs to it. */
  readonly timeZone: string;
}

/** Decimals with all their digits and no zeros at the end, in the order of `instrumentFigures`. */
export type Figures = readonly string[];

export interface InstrumentTotals {
  /** Zeros where there was nothing. A user of several instruments counts once. */
  readonly total: Figures;
  /** By the id of the instrument; of those that have data. */
  readonly byInstrument: ReadonlyMap<string, Figures>;
}

/** By date, `YYYY-MM-DD` or `YYYY-MM`, oldest first; of those that have data. */
export type FiguresByDate = ReadonlyMap<string, Figures>;

export interface InstrumentStore {
  /** By resource, for each that was asked for. */
  total(
    tenant: Tenant,
    asked: InstrumentsRequest,
  ): Promise<ReadonlyMap<InstrumentResource, InstrumentTotals>>;
  /** By resource, for each that was asked for, over all the instruments together. */
  byDate(
    tenant: Tenant,
    asked: InstrumentsRequest,
    buckets: BucketsRequest,
  ): Promise<ReadonlyMap<InstrumentResource, FiguresByDate>>;
}
