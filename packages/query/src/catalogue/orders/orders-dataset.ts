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
  text('product_series_name', 'Series of devices that the product is for.'),
  integer('company_id', 'Company that the order is for.'),
  integer('buy_user_id', 'Who ordered.'),
  text('buy_accesskey_id', 'Access key with which it was ordered.'),
  text('remark', 'Remark of the buyer.'),
  timestamp('update_time', 'When the order was changed last.'),
];

function amount(name: string, unit: string, description: string): Metric {
  return { name, description, unit, ...measured, source: { kind: 'column', type: 'integer' } };
}

/** The first function is the one a request gets that names none. */
const metrics: readonly Metric[] = [
  {
    name: 'order_count',
    description: 'Orders.',
    unit: 'orders',
    ...additive,
    source: { kind: 'column', type: 'integer' },
  },
  amount('count', 'licences', 'How many were ordered.'),
  amount('return_count', 'licences', 'How many of them were given back.'),
  amount('grant_count', 'licences', 'How many of them were granted.'),
  amount('remain_count', 'licences', 'How many of them can still be granted.'),
  amount('total_price', 'hundredths', 'Price of the order.'),
];

/** One fact is one order, at the time at which it was made. */
export const ordersDataset: Dataset = {
  name: 'orders',
  hotTable: 'order_facts',
  takesCustomFields: false,
  records: ordersRecords,
  metrics,
  dimensions,
};
