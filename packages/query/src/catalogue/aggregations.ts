import type { Metric } from './dataset.ts';

/** The functions of a metric, and how it is re-aggregated. */
export type Aggregation = Pick<Metric, 'functions' | 'partials'>;

export const additive: Aggregation = { functions: ['sum'], partials: ['sum'] };
export const measured: Aggregation = {
  functions: ['sum', 'avg', 'min', 'max'],
  partials: ['sum', 'count', 'min', 'max'],
};
/** A total of these says nothing. */
export const gauged: Aggregation = {
  functions: ['avg', 'min', 'max'],
  partials: ['sum', 'count', 'min', 'max'],
};
/** Takes no function: sums add up, and are divided afterwards. */
export const quotient: Aggregation = { functions: [], partials: ['sum'] };
/** Takes no function: a value may occur in many parts. */
export const distinctValues: Aggregation = { functions: [], partials: [] };
