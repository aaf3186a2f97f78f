import { happened, optional, required, type RecordSet } from '../record-set.ts';

/** The records behind storage consumption. Sizes are exact decimals in TiB. */
export const consumptionRecords: readonly RecordSet[] = [
  {
    name: 'consumption.customers',
    table: 'consumption_customers',
    key: ['id'],
    columns: [
      required('id', 'text', 'Id of the customer.'),
      required('name', 'text', 'Name of the customer.'),
    ],
  },
  {
    name: 'consumption.subscriptions',
    table: 'consumption_subscriptions',
    key: ['number'],
    columns: [
      required('number', 'text', 'Number of the subscription.'),
      required('customer_id', 'text', 'Id of the customer.'),
      required('account_name', 'text', 'Account of the subscription.'),
      required('start_date', 'timestamp', 'Start of the subscription.'),
      optional('end_date', 'timestamp', 'End of the subscription.'),
    ],
  },
  {
    name: 'consumption.service_levels',
    table: 'consumption_service_levels',
    key: ['subscription', 'name'],
    columns: [
      required('subscription', 'text', 'Number of the subscription.'),
      required('name', 'text', 'Name of the service level.'),
      required('committed_tib', 'decimal', 'Size that the customer has committed to.'),
    ],
  },
  {
    name: 'consumption.samples',
    table: 'consumption_samples',
    key: ['subscription', 'service_level', 'timestamp_utc'],
    columns: [
      required('subscription', 'text', 'Number of the subscription.'),
      required('service_level', 'text', 'Name of the service level.'),
      happened('timestamp_utc', 'Time of the measurement.'),
      required('committed_tib', 'decimal', 'Size that the customer had committed to.'),
      required('consumed_tib', 'decimal', 'Size consumed.'),
      required('burst_tib', 'decimal', 'Size consumed beyond the commitment.'),
      required('accrued_burst_tib', 'decimal', 'Size consumed beyond the commitment and not invoiced yet.'),
      required('is_invoiced', 'boolean', 'Whether the consumption is invoiced.'),
    ],
  },
];
