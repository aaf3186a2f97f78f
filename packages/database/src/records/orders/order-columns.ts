import { orderKeys, type OrderKey } from '@hourglass/query';

/** A join that a condition needs in addition to the order. */
export type OrderJoin = 'products' | 'grants' | 'returns';

/**
 * The expression of each condition key, equal to the value in responses: a missing text is empty.
 */
export const keyExpressions: Readonly<Record<OrderKey, string>> = {
  no: 'o.no',
  product_id: 'o.product_id',
  product_name: "coalesce(p.name, '')",
  product_series_name: "coalesce(p.series_name, '')",
  count: 'o.count',
  return_count: 'coalesce(r.count, 0)',
  company_id: 'o.company_id',
  buy_user_id: 'o.buy_user_id',
  buy_accesskey_id: "coalesce(o.buy_accesskey_id, '')",
  total_price: 'o.total_price',
  remark: "coalesce(o.remark, '')",
  create_time: 'o.create_time',
  update_time: 'o.update_time',
};

export const remainCount = 'o.count - coalesce(r.count, 0) - coalesce(g.count, 0)';

const joinOfKey: Partial<Record<OrderKey, OrderJoin>> = {
  product_name: 'products',
  product_series_name: 'products',
  return_count: 'returns',
};

export function joinsOf(keys: readonly OrderKey[]): readonly OrderJoin[] {
  return keys.flatMap((key) => joinOfKey[key] ?? []);
}

/** Returns the PostgreSQL type of the values that a key is compared with. */
export function sqlTypeOf(key: OrderKey): 'text' | 'bigint' | 'timestamptz' {
  const types = { text: 'text', integer: 'bigint', time: 'timestamptz' } as const;
  return types[orderKeys[key]];
}

/** Makes an expression for a time in the format of the contract. */
export function timeText(expression: string): string {
  return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`;
}
