import type { OrderList, OrderView } from '@hourglass/contract';
import { readChips, type FilterChip, type FilterOperator } from '../report/filter-chips.ts';

export type OrderFieldType = 'string' | 'integer' | 'datetime';

/** The fields that conditions on orders can name, with their types. A test compares them with those of the API. */
export const orderFields = {
  no: 'string',
  product_id: 'integer',
  product_name: 'string',
  product_series_name: 'string',
  count: 'integer',
  return_count: 'integer',
  company_id: 'integer',
  buy_user_id: 'integer',
  buy_accesskey_id: 'string',
  total_price: 'integer',
  remark: 'string',
  create_time: 'datetime',
  update_time: 'datetime',
} as const satisfies Record<string, OrderFieldType>;

export type OrderField = keyof typeof orderFields;

/** The operators of the contract, which has no test for a missing value. */
export function orderOperators(type: string): readonly FilterOperator[] {
  if (type === 'datetime') return ['ge', 'gt', 'le', 'lt', 'eq', 'ne'];
  const same = ['eq', 'ne', 'in', 'notin'] as const;
  return type === 'integer' ? [...same, 'ge', 'gt', 'le', 'lt'] : [...same, 'like'];
}

/** How the contract spells the operators that it names differently. */
const spelling: Readonly<Record<string, string>> = { ge: 'gte', le: 'lte', notin: 'ni' };

const ordersPerPage = 50;

/** The orders that the URL of the page asks for. */
export interface OrderSearch {
  readonly conditions: readonly FilterChip[];
  /** Only orders that can still be granted. */
  readonly isGrantable: boolean;
  /** From 1. */
  readonly page: number;
}

export function orderSearchOf(search: URLSearchParams): OrderSearch {
  const page = search.get('page') ?? '';
  return {
    conditions: readChips(search.get('filter') ?? '') ?? [],
    isGrantable: search.get('grantable') === 'true',
    page: /^[1-9]\d{0,8}$/.test(page) ? Number(page) : 1,
  };
}

/** Returns the search of the URL with a value changed; other conditions begin at their first page. */
export function withOrderSearch(
  search: URLSearchParams,
  name: 'filter' | 'grantable' | 'page',
  value: string,
): URLSearchParams {
  const changed = new URLSearchParams(search);
  changed.delete('page');
  if (value === '') changed.delete(name);
  else changed.set(name, value);
  return changed;
}

/** The parameters of the API. */
export function orderParameters({ conditions, isGrantable, page }: OrderSearch): URLSearchParams {
  const parameters = new URLSearchParams({ size: String(ordersPerPage), page: String(page) });
  if (isGrantable) parameters.set('count', 'valid');
  if (conditions.length > 0) parameters.set('wheres', base64(JSON.stringify(conditions.map(condition))));
  return parameters;
}

function condition({ field, operator, values }: FilterChip): object {
  const type = Object.hasOwn(orderFields, field) ? orderFields[field as OrderField] : 'string';
  const all = values.map((value) => valueOf(value, type));
  const isList = operator === 'in' || operator === 'notin';
  return { k: field, o: spelling[operator] ?? operator, v: isList ? all : all[0] };
}

/** A text that is no number stays one, so that the API names the fault. */
function valueOf(value: string, type: OrderFieldType): string | number {
  return type === 'integer' && /^-?\d+$/.test(value) ? Number(value) : value;
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCodePoint(byte)).join(''));
}

export type OrderState = 'open' | 'granted' | 'exceeded';

/** How much of an order can still be granted; negative: more was granted than ordered. */
export function orderState({ remain_count: remaining }: Pick<OrderView, 'remain_count'>): OrderState {
  if (remaining > 0) return 'open';
  return remaining === 0 ? 'granted' : 'exceeded';
}

const periodUnits = ['hour', 'day', 'month', 'year', 'minute'] as const;

/** Returns the duration of a grant in words; null: it has no end, or the product is not known. */
export function periodText(order: OrderView, tag: string): string | null {
  const unit = periodUnits[order.product_period_unit];
  if (order.product_period_time === 0 || unit === undefined) return null;
  return new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' }).format(
    order.product_period_time,
  );
}

/** Whether a grant has no end. An order whose product is not known has the same duration. */
export function isUnlimited({ product_name: name, product_period_time: time }: OrderView): boolean {
  return name !== '' && time === 0;
}

/** Formats hundredths of a currency that the records do not name. */
export function priceText(hundredths: number, tag: string): string {
  return new Intl.NumberFormat(tag, { minimumFractionDigits: 2 }).format(hundredths / 100);
}

/** A time of the contract, `2021-06-18 11:44:03.575794` in UTC, as RFC 3339. */
export function orderTime(time: string): string {
  return `${time.replace(' ', 'T')}Z`;
}

/** Where the page is in the list; null: there is no such page. */
export interface PagePlace {
  readonly first: number;
  readonly last: number;
  readonly previous: number | null;
  readonly next: number | null;
}

export function pagePlace({ page, size, total, items }: OrderList): PagePlace | null {
  if (items.length === 0) return null;
  const first = (page - 1) * size + 1;
  const last = first + items.length - 1;
  return { first, last, previous: page > 1 ? page - 1 : null, next: last < total ? page + 1 : null };
}
