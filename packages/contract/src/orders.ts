import { z } from 'zod';
import { fieldFault } from './errors.ts';

const text = z.string();
const integer = z.int();
/** May exceed 2^53. */
const wholeSum = z.number().meta({ type: 'integer' });
/** `YYYY-MM-DD HH:MM:SS.ffffff` in UTC. */
const time = z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);

/** Strings are empty and numbers 0 where the order's product lacks a value. */
export const orderView = z
  .strictObject({
    no: text,
    count: integer.describe('Number ordered.'),
    return_count: wholeSum.describe('Number returned.'),
    grant_count: wholeSum.describe('Number granted.'),
    remain_count: wholeSum.describe('Number that can still be granted.'),
    total_price: integer.describe('In hundredths of the currency.'),
    product_id: integer,
    product_name: text,
    product_brief: text,
    product_price: integer.describe('In hundredths of the currency.'),
    product_remark: text,
    product_image_url: text,
    product_firmware_version: text,
    product_period_time: integer.describe('Duration of a grant; 0: unlimited.'),
    product_period_unit: integer.describe(
      'Unit of product_period_time: 0 hours, 1 days, 2 months, 3 years, 4 minutes.',
    ),
    product_series_name: text,
    buy_user_id: integer,
    buy_accesskey_id: text,
    remark: text,
    create_time: time,
    update_time: time,
  })
  .meta({ id: 'Order' });

export type OrderView = z.infer<typeof orderView>;

/** Response to `GET /openapi/v1/alg/orders`, newest first. */
export const orderList = z
  .strictObject({
    page: integer,
    total: integer.describe('Number of orders on all pages.'),
    items: z.array(orderView),
    size: integer,
  })
  .meta({ id: 'OrderList' });

export type OrderList = z.infer<typeof orderList>;

/** Error body of that endpoint. */
export const orderError = z
  .strictObject({ code: z.string(), message: z.string(), faults: z.array(fieldFault).optional() })
  .meta({ id: 'OrderError' });
export type OrderError = z.infer<typeof orderError>;
