import { optional, required, type RecordSet } from '../record-set.ts';

/** What algorithm orders are made of. Amounts of money are in hundredths of the currency. */
export const ordersRecords: readonly RecordSet[] = [
  {
    name: 'orders.products',
    table: 'order_products',
    key: ['id'],
    columns: [
      required('id', 'integer', 'Id of the product.'),
      required('name', 'text', 'Its name.'),
      optional('brief', 'text', 'What it is, in short.'),
      required('price', 'integer', 'Price of one.'),
      optional('remark', 'text', 'Remark of the seller.'),
      optional('image_url', 'text', 'Address of a picture.'),
      optional('firmware_version', 'text', 'Firmware that it needs.'),
      required('period_time', 'integer', 'How long a grant lasts; 0 is for ever.'),
      required('period_unit', 'integer', 'Unit of that: 0 hours, 1 days, 2 months, 3 years, 4 minutes.'),
      optional('series_name', 'text', 'Series of devices that it is for.'),
    ],
  },
  {
    name: 'orders.orders',
    table: 'orders',
    key: ['no'],
    columns: [
      required('no', 'text', 'Number of the order.'),
      required('product_id', 'integer', 'What was ordered.'),
      required('count', 'integer', 'How many.'),
      required('total_price', 'integer', 'Price of all.'),
      optional('company_id', 'integer', 'For which company.'),
      required('buy_user_id', 'integer', 'Who ordered.'),
      optional('buy_accesskey_id', 'text', 'With which access key.'),
      optional('remark', 'text', 'Remark of the buyer.'),
      required('create_time', 'timestamp', 'When it was ordered.'),
      required('update_time', 'timestamp', 'When the order was changed last.'),
    ],
  },
  {
    name: 'orders.grants',
    table: 'order_grants',
    key: ['id'],
    columns: [
      required('id', 'text', 'Id of the grant.'),
      required('no', 'text', 'Number of the order.'),
      required('count', 'integer', 'How many were granted.'),
      required('granted_at', 'timestamp', 'When.'),
    ],
  },
  {
    name: 'orders.returns',
    table: 'order_returns',
    key: ['id'],
    columns: [
      required('id', 'text', 'Id of the return.'),
      required('no', 'text', 'Number of the order.'),
      required('count', 'integer', 'How many were given back.'),
      required('returned_at', 'timestamp', 'When.'),
    ],
  },
];
