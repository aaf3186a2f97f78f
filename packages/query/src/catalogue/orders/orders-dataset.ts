import { additive, measured } from '../aggregations.ts';
import { column } from '../column-dimension.ts';
import type { Dataset, Dimension, Metric } from '../dataset.ts';
import { ordersRecords } from './orders-records.ts';

const text = column('text');
const integer = column('integer');
const timestamp = column('timestamp');

const dimensions: readonly Dimension[] = [
  text('no', 'Number of the order.'),
  integer('product_id', 'Id of the product.'),
  text('product_name', 'Name of the product.'),
  text('product_series_name', 'Device series of the product.'),
  integer('company_id', 'Company of the order.'),
  integer('buy_user_id', 'Id of the buyer.'),
  text('buy_accesskey_id', 'Access key that placed the order.'),
  text('remark', 'Remark of the buyer.'),
  timestamp('update_time', 'Time of the last change to the order.'),
];

function amount(name: string, unit: string, description: string): Metric {
  return { name, description, unit, ...measured, source: { kind: 'column', type: 'integer' } };
}

/** The first function of a metric is the default of requests. */
const metrics: readonly Metric[] = [
  {
    name: 'order_count',
    description: 'Orders.',
    unit: 'orders',
    ...additive,
    source: { kind: 'column', type: 'integer' },
  },
  amount('count', 'licences', 'Licences ordered.'),
  amount('return_count', 'licences', 'Licences returned.'),
  amount('grant_count', 'licences', 'Licences granted.'),
  amount('remain_count', 'licences', 'Licences that can still be granted.'),
  amount('total_price', 'hundredths', 'Price of the order.'),
];

/** Algorithm orders: one fact is one order. Its timestamp is the order time. */
export const ordersDataset: Dataset = {
  name: 'orders',
  hotTable: 'order_facts',
  takesCustomFields: false,
  records: ordersRecords,
  metrics,
  dimensions,
};
