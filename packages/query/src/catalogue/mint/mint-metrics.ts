import { additive, gauged, measured, quotient } from '../aggregations.ts';
import type { Metric } from '../dataset.ts';

function amount(name: string, description: string): Metric {
  return {
    name,
    description,
    unit: 'currency',
    ...measured,
    source: { kind: 'column', type: 'decimal', money: true },
  };
}

function exchangeRate(name: string, description: string): Metric {
  return { name, description, unit: 'factor', ...gauged, source: { kind: 'column', type: 'float' } };
}

/** The first function of a metric is the default of requests. */
export const mintMetrics: readonly Metric[] = [
  {
    name: 'transactionCount',
    description: 'Transactions.',
    unit: 'transactions',
    ...additive,
    source: { kind: 'column', type: 'integer', whenMissing: { kind: 'constant', value: 1 } },
  },
  amount('rate', 'Amount charged; negative if it was paid to the developer.'),
  amount('revenueShareAmount', "The developer's share of the revenue."),
  amount('netAmount', 'Amount without tax.'),
  amount('taxAmount', 'Tax of the transaction.'),
  {
    name: 'revSharePct',
    description: "The developer's share in percent of the amount charged.",
    unit: 'percent',
    ...quotient,
    source: { kind: 'percent', part: 'revenueShareAmount', whole: 'rate' },
  },
  {
    name: 'ratedVolume',
    description: 'Volume that was rated.',
    unit: 'units',
    ...measured,
    source: { kind: 'column', type: 'decimal' },
  },
  {
    name: 'batchSize',
    description: 'Number of calls or units charged together.',
    unit: 'units',
    ...measured,
    source: { kind: 'column', type: 'integer' },
  },
  exchangeRate('usdExchangeRate', 'Exchange rate to US dollars as sent; not used to convert reports.'),
  exchangeRate('euroExchangeRate', 'Exchange rate to euros as sent; not used to convert reports.'),
  exchangeRate('gbpExchangeRate', 'Exchange rate to British pounds as sent; not used to convert reports.'),
];
