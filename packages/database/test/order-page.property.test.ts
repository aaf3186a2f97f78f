import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { orderKeys, type OrderCondition, type OrderKey, type OrderValue } from '@hourglass/query';
import type { OrderCriteria, OrderRecord } from '@hourglass/reports';
import { suiteSize } from '@hourglass/testing';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';

const all: OrderCriteria = { conditions: [], remainingOnly: false, page: 1, size: 10_000 };

describe('a page of orders', () => {
  let system: DatabaseWithTenant;
  let orders: readonly OrderRecord[];
  beforeAll(async () => {
    system = await databaseWithTenant();
    const { environmentId } = system.tenant;
    const other = await system.admin.createEnvironment({ organization: 'acme', name: 'test' });
    await insertOrders(environmentId, 300);
    await insertOrders(other.environmentId, 5);
    orders = (await page(all)).orders;
  });
  afterAll(() => system.close());

  const page = (criteria: OrderCriteria) => system.database.orders.page(system.tenant, criteria);

  /**
   * Few distinct values, so that conditions match some orders. Some orders lack a product, company
   * or remark.
   */
  async function insertOrders(environmentId: number, count: number): Promise<void> {
    await system.sql(
      `insert into order_products (environment_id, batch_seq, id, name, price, period_time, period_unit, series_name)
       select $1, 1, i, 'product_' || i, i * 100, 30, 1, case when i > 1 then 'Série ' || i end
         from generate_series(1, 4) i`,
      [environmentId],
    );
    await system.sql(
      `insert into orders
       select $1, 1, 'ORD' || i, i % 6, i % 7, i % 5 * 1000, nullif(i % 4, 0), i % 3, 'key' || i % 2,
              case i % 4 when 1 then 'a%b' when 2 then 'A\\b' when 3 then 'äb' end,
              timestamptz '2024-02-28Z' + i / 3 * interval '1.000001 hours', timestamptz '2024-03-01Z'
         from generate_series(1, $2::integer) i`,
      [environmentId, count],
    );
    await system.sql(
      `insert into order_grants select $1, 1, 'g' || i, 'ORD' || i / 2, 1, now() from generate_series(1, $2) i where i % 3 > 0`,
      [environmentId, count],
    );
    await system.sql(
      `insert into order_returns select $1, 1, 'r' || i, 'ORD' || i / 2, 2, now() from generate_series(1, $2) i where i % 5 = 0`,
      [environmentId, count],
    );
  }

  test('shows every order of its environment, newest first, with its grants and returns', () => {
    expect(orders).toHaveLength(300);
    const sorted = orders.toSorted((one, other) => {
      return one.create_time === other.create_time
        ? Buffer.compare(Buffer.from(one.no), Buffer.from(other.no))
        : other.create_time.localeCompare(one.create_time);
    });
    expect(orders.map(({ no }) => no)).toEqual(sorted.map(({ no }) => no));
    // ORD10: grant g20 (g21 does not exist), return r20 of 2, product 4, 10 / 3 hours after the
    // start.
    expect(orders.find(({ no }) => no === 'ORD10')).toEqual<OrderRecord>({
      no: 'ORD10',
      count: 3,
      return_count: 2,
      grant_count: 1,
      remain_count: 0,
      total_price: 0,
      product_id: 4,
      product_name: 'product_4',
      product_brief: '',
      product_price: 400,
      product_remark: '',
      product_image_url: '',
      product_firmware_version: '',
      product_period_time: 30,
      product_period_unit: 1,
      product_series_name: 'Série 4',
      buy_user_id: 1,
      buy_accesskey_id: 'key0',
      remark: 'A\\b',
      create_time: '2024-02-28 03:00:00.010800',
      update_time: '2024-03-01 00:00:00.000000',
    });
  });

  test('has empty texts and zeros for an order with an unknown product', () => {
    expect(orders.find(({ product_id: id }) => id === 0)).toMatchObject({
      product_name: '',
      product_price: 0,
      product_period_unit: 0,
      product_series_name: '',
    });
  });

  const listed = (list: readonly OrderRecord[]) => list.map(({ no }) => no);
  /** Not in responses, so the model computes it from the number, as the insertion does. */
  const companyOf = ({ no }: OrderRecord) => Number(no.slice(3)) % 4 || null;
  const shown = (order: OrderRecord, key: OrderKey) => {
    const value = key === 'company_id' ? companyOf(order) : order[key];
    return typeof value === 'bigint' ? Number(value) : value;
  };

  test('matches random conditions like a plain loop over all orders', async () => {
    const samples: Readonly<Record<OrderKey, readonly OrderValue[]>> = {
      no: ['ORD1', 'ORD10', 'ORD250', 'ord10', ''],
      product_id: [0, 3, 9],
      product_name: ['', 'product_2', 'product_9'],
      product_series_name: ['', 'Série 3', 'Serie 3'],
      count: [0, 3, 6],
      return_count: [0, 2, 4],
      company_id: [1, 3, 0],
      buy_user_id: [0, 2],
      buy_accesskey_id: ['key0', 'KEY0'],
      total_price: [0, 2000, 4000],
      remark: ['', 'a%b', 'A\\b', 'äb', 'b'],
      create_time: ['2024-02-28 03:00:00.010800', '2024-02-29 00:00:00.000000', '2024-03-02 00:00:00.000000'],
      update_time: ['2024-03-01 00:00:00.000000', '2024-02-29 23:59:59.999999'],
    };
    const patterns = ['%', 'ORD1_', '%é%', String.raw`a\%b`, String.raw`A\\b`, '_b', '2024-02-29%', ''];
    const keys = Object.keys(orderKeys) as OrderKey[];
    const condition = fc.constantFrom(...keys).chain((key): fc.Arbitrary<OrderCondition> => {
      const value = fc.constantFrom(...samples[key]);
      const kinds: fc.Arbitrary<OrderCondition>[] = [
        fc.record({
          key: fc.constant(key),
          operator: fc.constantFrom('eq', 'ne', 'lt', 'lte', 'gt', 'gte'),
          value,
        }),
        fc.record({
          key: fc.constant(key),
          operator: fc.constantFrom('in', 'ni'),
          values: fc.array(value, { minLength: 1, maxLength: 3 }),
        }),
      ];
      if (orderKeys[key] !== 'integer') {
        kinds.push(
          fc.record({
            key: fc.constant(key),
            operator: fc.constant('like' as const),
            pattern: fc.constantFrom(...patterns),
          }),
        );
      }
      return fc.oneof(...kinds);
    });
    const criteria = fc.record({
      conditions: fc.array(condition, { maxLength: 3 }),
      remainingOnly: fc.boolean(),
      page: fc.integer({ min: 1, max: 4 }),
      size: fc.integer({ min: 1, max: 120 }),
    });
    await fc.assert(
      fc.asyncProperty(criteria, async (request) => {
        const meets = orders.filter(
          (order) =>
            request.conditions.every((one) => isMet(one, shown(order, one.key))) &&
            (!request.remainingOnly || order.remain_count > 0),
        );
        const found = await page(request);
        expect(found.total).toBe(meets.length);
        const from = (request.page - 1) * request.size;
        expect(listed(found.orders)).toEqual(listed(meets.slice(from, from + request.size)));
      }),
      { numRuns: suiteSize({ short: 120, full: 500 }) },
    );
  });

  test('together with the others shows each of many orders once, for any page size', async () => {
    const count = suiteSize({ short: 20_000, full: 100_000 });
    const many = await system.admin.createEnvironment({ organization: 'acme', name: 'many' });
    await insertOrders(many.environmentId, count);
    const size = fc.sample(fc.integer({ min: 500, max: 10_000 }), 1)[0] ?? 10_000;
    const seen: string[] = [];
    for (let number = 1; ; number += 1) {
      const { orders: some, total } = await system.database.orders.page(many, { ...all, page: number, size });
      expect(total).toBe(count);
      if (some.length === 0) break;
      seen.push(...listed(some));
    }
    expect([size, seen.length, new Set(seen).size]).toEqual([size, count, count]);
  });
});

function isMet(condition: OrderCondition, found: OrderValue | null): boolean {
  switch (condition.operator) {
    case 'in':
      return condition.values.some((value) => value === found);
    case 'ni':
      return !condition.values.some((value) => value === found);
    case 'like':
      return likeRegex(condition.pattern).test(String(found));
    case 'eq':
      return found === condition.value;
    case 'ne':
      return found !== condition.value;
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte': {
      if (found === null) return false;
      const order = compared(found, condition.value);
      const results = { lt: order < 0, lte: order <= 0, gt: order > 0, gte: order >= 0 };
      return results[condition.operator];
    }
    default:
      return condition satisfies never;
  }
}

function compared(one: OrderValue, other: OrderValue): number {
  if (typeof one === 'number') return one - Number(other);
  return Buffer.compare(Buffer.from(one), Buffer.from(String(other)));
}

function likeRegex(pattern: string): RegExp {
  const parts = pattern.match(/\\.|[^\\]/gsu) ?? [];
  const regex = parts.map((part) => {
    if (part === '%') return '.*';
    if (part === '_') return '.';
    return (part.startsWith('\\') ? part.slice(1) : part).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${regex.join('')}$`, 'su');
}
