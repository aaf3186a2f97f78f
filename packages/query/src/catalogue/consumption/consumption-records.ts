import { optional, required, type RecordSet } from '../record-set.ts';

/** What storage consumption is made of. Sizes are in TiB, exact decimals. */
export const consumptionRecords: readonly RecordSet[] = [
  {
    name: 'consumption.customers',
    table: 'consumption_customers',
    key: ['id'],
    columns: [required('id', 'text', 'Id of the customer.'), required('name', 'text', 'Its name.')],
  },
  {
    name: 'consumption.subscriptions',
    table: 'consumption_subscriptions',
    key: ['number'],
    columns: [
      required('number', 'text', 'Number of the subscription.'),
      required('customer_id', 'text', 'Whose it is.'),
      required('account_name', 'text', 'Account that it belongs to.'),
      required('start_date', 'timestamp', 'From when it runs.'),
      optional('end_date', 'timestamp', 'Until when it runs.'),
    ],
  },
  {
    name: 'consumption.service_levels',
    table: 'consumption_service_levels',
    key: ['subscription', 'name'],
    columns: [
      required('subscription', 'text', 'Number of the subscription.'),
      required('name', 'text', 'Name of the service level.'),
      required('committed_tib', 'decimal', 'What the customer has committed to.'),
    ],
  },
  {
    name: 'consumption.samples',
    table: 'consumption_samples',
    key: ['subscription', 'service_level', 'timestamp_utc'],
    columns: [
      required('subscription', 'text', 'Number of the subscription.'),
      required('service_level', 'text', 'Name of the service level.'),
      required('timestamp_utc', 'timestamp', 'When it was measured.'),
      required('committed_tib', 'decimal', 'What the customer had committed to.'),
      required('consumed_tib', 'decimal', 'What was consumed.'),
      required('burst_tib', 'decimal', 'What was consumed beyond the commitment.'),
      required('accrued_burst_tib', 'decimal', 'What was consumed beyond it and is not invoiced yet.'),
      required('is_invoiced', 'boolean', 'Whether it is invoiced.'),
    ],
  },
];
