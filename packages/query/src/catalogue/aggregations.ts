import type { Metric } from './dataset.ts';

/** The functions of a metric and the partial aggregates that they need. */
export type Aggregation = Pick<Metric, 'functions' | 'partials'>;

export const additive: Aggregation = { functions: ['sum'], partials: ['sum'] };
export const measured: Aggregation = {
  functions: ['sum', 'avg', 'min', 'max', 'percentile', 'approx_percentile'],
  partials: ['sum', 'count', 'min', 'max'],
};
/** A sum of gauge readings has no meaning. */
export const gauged: Aggregation = {
  functions: ['avg', 'min', 'max', 'percentile', 'approx_percentile'],
  partials: ['sum', 'count', 'min', 'max'],
};
/** Takes no function: a quotient of sums. */
export const quotient: Aggregation = { functions: [], partials: ['sum'] };
/** Takes no function and has no partial aggregate, because one value can occur in many parts. */
export const distinctValues: Aggregation = { functions: [], partials: [] };
