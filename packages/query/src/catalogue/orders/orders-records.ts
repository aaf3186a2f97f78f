import { happened, optional, required, type RecordSet } from '../record-set.ts';

/** The records behind algorithm orders. Prices are in hundredths of the currency unit. */
export const ordersRecords: readonly RecordSet[] = [
  {
    name: 'orders.products',
    table: 'order_products',
    key: ['id'],
    columns: [
      required('id', 'integer', 'Id of the product.'),
      required('name', 'text', 'Name of the product.'),
      optional('brief', 'text', 'Short description.'),
      required('price', 'integer', 'Price of one licence.'),
      optional('remark', 'text', 'Remark of the seller.'),
      optional('image_url', 'text', 'URL of a picture.'),
      optional('firmware_version', 'text', 'Required firmware version.'),
      required('period_time', 'integer', 'Duration of a grant; 0 is unlimited.'),
      required(
        'period_unit',
        'integer',
        'Unit of the duration: 0 hours, 1 days, 2 months, 3 years, 4 minutes.',
      ),
      optional('series_name', 'text', 'Device series of the product.'),
    ],
  },
  {
    name: 'orders.orders',
    table: 'orders',
    key: ['no'],
    columns: [
      required('no', 'text', 'Number of the order.'),
      required('product_id', 'integer', 'Id of the product.'),
      required('count', 'integer', 'Number of licences ordered.'),
      required('total_price', 'integer', 'Price of the order.'),
      optional('company_id', 'integer', 'Company of the order.'),
      required('buy_user_id', 'integer', 'Id of the buyer.'),
      optional('buy_accesskey_id', 'text', 'Access key that placed the order.'),
      optional('remark', 'text', 'Remark of the buyer.'),
      happened('create_time', 'Time of the order.'),
      happened('update_time', 'Time of the last change to the order.'),
    ],
  },
  {
    name: 'orders.grants',
    table: 'order_grants',
    key: ['id'],
    columns: [
      required('id', 'text', 'Id of the grant.'),
      required('no', 'text', 'Number of the order.'),
      required('count', 'integer', 'Number of licences granted.'),
      happened('granted_at', 'Time of the grant.'),
    ],
  },
  {
    name: 'orders.returns',
    table: 'order_returns',
    key: ['id'],
    columns: [
      required('id', 'text', 'Id of the return.'),
      required('no', 'text', 'Number of the order.'),
      required('count', 'integer', 'Number of licences returned.'),
      happened('returned_at', 'Time of the return.'),
    ],
  },
];
