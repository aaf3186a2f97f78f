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

/** Metrics of monetization. The first function is the one a request gets that names none. */
export const mintMetrics: readonly Metric[] = [
  {
    name: 'transactionCount',
    description: 'Transactions.',
    unit: 'transactions',
    ...additive,
    source: { kind: 'column', type: 'integer', whenMissing: { kind: 'constant', value: 1 } },
  },
  amount('rate', 'Amount that was charged; negative when the developer got it.'),
  amount('revenueShareAmount', "The developer's share of the revenue."),
  amount('netAmount', 'Amount without tax.'),
  amount('taxAmount', 'Tax of the transaction.'),
  {
    name: 'revSharePct',
    description: "The developer's share in percent of the amount that was charged.",
    unit: 'percent',
    ...quotient,
    source: { kind: 'percent', part: 'revenueShareAmount', whole: 'rate' },
  },
  {
    name: 'ratedVolume',
    description: 'Volume to which the price was applied.',
    unit: 'units',
    ...measured,
    source: { kind: 'column', type: 'decimal' },
  },
  {
    name: 'batchSize',
    description: 'Calls or units that were charged together.',
    unit: 'units',
    ...measured,
    source: { kind: 'column', type: 'integer' },
  },
  exchangeRate('usdExchangeRate', 'Rate to US dollars that the sender knew; reports convert by their own.'),
  exchangeRate('euroExchangeRate', 'Rate to euros that the sender knew; reports convert by their own.'),
  exchangeRate(
    'gbpExchangeRate',
    'Rate to British pounds that the sender knew; reports convert by their own.',
  ),
];
