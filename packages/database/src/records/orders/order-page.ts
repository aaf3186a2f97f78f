import type { Tenant } from '@hourglass/query';
import type { OrderCriteria, OrderPage, OrderRecord, OrderStore, WholeSum } from '@hourglass/reports';
import type { Queryable, ScopedPool } from '../../connection/scoped-pool.ts';
import { servedByDatabase } from '../../connection/database-errors.ts';
import { remainCount, timeText, type OrderJoin } from './order-columns.ts';
import { orderWhere } from './order-where.ts';

export function createOrderStore(pool: ScopedPool): OrderStore {
  return {
    page: (tenant, criteria) => servedByDatabase(() => readPage(pool.within(tenant), tenant, criteria)),
  };
}

/** An order as read: sums are text, because they may exceed 2^53. */
type OrderRow = {
  readonly [Name in keyof OrderRecord]: bigint extends OrderRecord[Name] ? string : OrderRecord[Name];
};
type PageRow = { readonly total: number } & { readonly [Name in keyof OrderRow]: OrderRow[Name] | null };

async function readPage(pool: Queryable, tenant: Tenant, criteria: OrderCriteria): Promise<OrderPage> {
  const { rows } = await pool.query<PageRow>(pageStatement(tenant, criteria));
  return { total: rows[0]?.total ?? 0, orders: rows.flatMap(ordersOf) };
}

/** A page after the last one is one row with the total and without an order. */
function ordersOf(row: PageRow): readonly OrderRecord[] {
  const { total: _, ...order } = row;
  return isOrder(order) ? [recordOf(order)] : [];
}

function isOrder(order: Omit<PageRow, 'total'>): order is OrderRow {
  return order.no !== null;
}

function recordOf(order: OrderRow): OrderRecord {
  return {
    ...order,
    return_count: wholeSum(order.return_count),
    grant_count: wholeSum(order.grant_count),
    remain_count: wholeSum(order.remain_count),
  };
}

function wholeSum(digits: string): WholeSum {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}

/**
 * Selects total and page in one statement, so that both see the same snapshot. The keys of the page
 * come first, from the index as far as the conditions allow, and only their orders are joined. The
 * statement is not prepared, so that it is planned for its values: a generic plan is wrong for rare
 * ones.
 */
function pageStatement(
  { environmentId }: Tenant,
  criteria: OrderCriteria,
): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const add = (value: unknown) => `$${values.push(value)}`;
  const { predicate, joins, readsEveryOrder } = orderWhere(environmentId, criteria, add);
  const text = `
    select matching.total::float8 as total, page.*
      from (
        select count(*) as total from orders o ${joinSql(joins, readsEveryOrder ? joinAllSums : joinSumOfOrder)}
         where ${predicate}
      ) matching
      left join (
        select ${columns.join(', ')}
          from (
            select o.environment_id, o.no from orders o ${joinSql(joins, joinSumOfOrder)}
             where ${predicate}
             order by o.create_time desc, o.no
             limit ${add(criteria.size)}::bigint offset ${add((criteria.page - 1) * criteria.size)}::bigint
          ) listed
          join orders o on o.environment_id = listed.environment_id and o.no = listed.no
          ${joinSql(['products', 'returns', 'grants'], joinSumOfOrder)}
         order by o.create_time desc, o.no
      ) page on true`;
  return { text, values };
}

/** A double is exact up to 2^53, more than a record may contain. */
const number = (expression: string, name: string) => `coalesce(${expression}, 0)::float8 as ${name}`;
/** All its digits, as text. */
const sum = (expression: string, name: string) => `coalesce(${expression}, 0)::text as ${name}`;
const text = (expression: string, name: string) => `coalesce(${expression}, '') as ${name}`;

const columns = [
  'o.no',
  number('o.count', 'count'),
  sum('r.count', 'return_count'),
  sum('g.count', 'grant_count'),
  sum(remainCount, 'remain_count'),
  number('o.total_price', 'total_price'),
  number('o.product_id', 'product_id'),
  text('p.name', 'product_name'),
  text('p.brief', 'product_brief'),
  number('p.price', 'product_price'),
  text('p.remark', 'product_remark'),
  text('p.image_url', 'product_image_url'),
  text('p.firmware_version', 'product_firmware_version'),
  number('p.period_time', 'product_period_time'),
  number('p.period_unit', 'product_period_unit'),
  text('p.series_name', 'product_series_name'),
  number('o.buy_user_id', 'buy_user_id'),
  text('o.buy_accesskey_id', 'buy_accesskey_id'),
  text('o.remark', 'remark'),
  `${timeText('o.create_time')} as create_time`,
  `${timeText('o.update_time')} as update_time`,
];

type SumJoin = (alias: string, table: string) => string;

function joinSql(joins: Iterable<OrderJoin>, sums: SumJoin): string {
  const clauses: Readonly<Record<OrderJoin, string>> = {
    products: 'left join order_products p on p.environment_id = o.environment_id and p.id = o.product_id',
    returns: sums('r', 'order_returns'),
    grants: sums('g', 'order_grants'),
  };
  return [...joins].map((join) => clauses[join]).join(' ');
}

/** Sums for all orders at once, faster than one lookup per order. */
function joinAllSums(alias: string, table: string): string {
  return `
    left join (select environment_id, no, sum(count) as count from ${table} group by environment_id, no) ${alias}
      on ${alias}.environment_id = o.environment_id and ${alias}.no = o.no`;
}

/**
 * Sums per order from the index alone, for the few orders that match other conditions or are on the
 * page.
 */
function joinSumOfOrder(alias: string, table: string): string {
  return `
    left join lateral (
      select sum(count) as count from ${table} where environment_id = o.environment_id and no = o.no
    ) ${alias} on true`;
}
