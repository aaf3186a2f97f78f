/** What a list of orders can be asked for, by the key of the condition. */
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
/** A time is the text `YYYY-MM-DD HH:MM:SS.ffffff` in UTC. */
export type OrderValue = string | number;

export const comparisonOperators = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte'] as const;
export const listOperators = ['in', 'ni'] as const;

/** What an order must satisfy to be listed. Conditions of a list hold together. */
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
  /** SQL's own pattern: `%` is any text, `_` any character, a backslash makes the next character itself. */
  | { readonly operator: 'like'; readonly key: OrderKey; readonly pattern: string };
