/** The fields that conditions on orders can name, with their types. */
export const orderKeys = {
  no: 'text',
  product_id: 'integer',
  product_name: 'text',
  product_series_name: 'text',
  count: 'integer',
  return_count: 'integer',
  company_id: 'integer',
  buy_user_id: 'integer',
  buy_accesskey_id: 'text',
  total_price: 'integer',
  remark: 'text',
  create_time: 'time',
  update_time: 'time',
} as const satisfies Record<string, OrderValueType>;

export type OrderKey = keyof typeof orderKeys;
export type OrderValueType = 'text' | 'integer' | 'time';
/** A time is text of the form `YYYY-MM-DD HH:MM:SS.ffffff` in UTC. */
export type OrderValue = string | number;

export const comparisonOperators = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte'] as const;
export const listOperators = ['in', 'ni'] as const;

/** A condition on listed orders. All conditions of a request must hold. */
export type OrderCondition =
  | {
      readonly operator: (typeof comparisonOperators)[number];
      readonly key: OrderKey;
      readonly value: OrderValue;
    }
  | {
      readonly operator: (typeof listOperators)[number];
      readonly key: OrderKey;
      readonly values: readonly OrderValue[];
    }
  /**
   * SQL's pattern: `%` matches any text, `_` any character; a character after a backslash stands
   * for itself.
   */
  | { readonly operator: 'like'; readonly key: OrderKey; readonly pattern: string };
