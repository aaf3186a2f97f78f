import { measured } from '../aggregations.ts';
import { column } from '../column-dimension.ts';
import type { Dataset, Dimension, Metric } from '../dataset.ts';
import { consumptionRecords } from './consumption-records.ts';

const text = column('text');
const boolean = column('boolean');

const dimensions: readonly Dimension[] = [
  text('customer_id', 'Id of the customer.'),
  text('customer_name', 'Name of the customer.'),
  text('account_name', 'Account that the subscription belongs to.'),
  text('subscription', 'Number of the subscription.'),
  text('service_level', 'Name of the service level.'),
  boolean('is_invoiced', 'Whether the consumption is invoiced.'),
];

function size(name: string, description: string): Metric {
  return { name, description, unit: 'TiB', ...measured, source: { kind: 'column', type: 'decimal' } };
}

/** The first function of a metric is the default of requests. */
const metrics: readonly Metric[] = [
  size('committed_tib', 'Size that the customer had committed to.'),
  size('consumed_tib', 'Size consumed.'),
  size('burst_tib', 'Size consumed beyond the commitment.'),
  size('accrued_burst_tib', 'Size consumed beyond the commitment and not invoiced yet.'),
];

/** Storage consumption: one fact is one sample of a subscription's service level. */
export const consumptionDataset: Dataset = {
  name: 'consumption',
  hotTable: 'consumption_facts',
  takesCustomFields: false,
  records: consumptionRecords,
  metrics,
  dimensions,
};
