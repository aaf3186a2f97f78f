import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody, factsAccepted, queryList } from '@hourglass/contract';
import { sharedSystem, type TestSystem } from '@hourglass/testing';

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem('worker');
});
afterAll(() => system.stop());

const post = (set: string, rows: readonly object[], headers: Record<string, string> = {}) =>
  system.client.request(`/facts/${set}`, {
    method: 'POST',
    headers,
    body: rows.map((row) => JSON.stringify(row)).join('\n'),
  });
const stored = async (set: string, rows: readonly object[]) => {
  const response = await post(set, rows);
  expect([response.status, factsAccepted.parse(await response.json()).accepted]).toEqual([201, rows.length]);
};
const report = async (query: object) =>
  (await system.client.report(query))
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

const product = (id: number, name: string) => ({
  id,
  name,
  price: 10_000,
  period_time: 30,
  period_unit: 1,
  series_name: 'IPC',
});
const order = (no: string, productId: number, count: number, createTime: string) => ({
  no,
  product_id: productId,
  count,
  total_price: count * 10_000,
  buy_user_id: 1001,
  create_time: createTime,
  update_time: createTime,
});
const june = { timeRange: { start: '2021-06-01T00:00:00Z', end: '2021-07-01T00:00:00Z' } };

describe('a dataset of records', () => {
  test('is reported like any other, by the latest version of its rows', async () => {
    await stored('orders.orders', [
      order('A', 1, 5, '2021-06-18 11:44:03.575794'),
      order('B', 2, 4, '2021-06-19T23:59:59.999999Z'),
      order('C', 1, 9, '2021-07-01T00:00:00Z'),
    ]);
    // Products and grants may be ingested after their orders.
    await stored('orders.products', [product(1, 'face'), product(2, 'plate')]);
    await stored('orders.grants', [
      { id: 'g1', no: 'A', count: 2, granted_at: '2021-06-20T00:00:00Z' },
      { id: 'g2', no: 'A', count: 1, granted_at: '2021-06-21T00:00:00Z' },
    ]);
    await stored('orders.returns', [{ id: 'r1', no: 'B', count: 1, returned_at: '2021-06-22T00:00:00Z' }]);
    const query = {
      dataset: 'orders',
      metrics: [
        { name: 'order_count' },
        { name: 'remain_count', function: 'sum' },
        { name: 'total_price', function: 'max' },
      ],
      dimensions: ['product_name'],
      groupByTimeUnit: 'day',
      ...june,
    };
    const row = (name: string, remain: string, price: string, day: string) => ({
      sum_order_count: '1',
      sum_remain_count: remain,
      max_total_price: price,
      product_name: name,
      day: `${day} 00:00:00 UTC`,
    });
    expect(await report(query)).toEqual([
      row('face', '2', '50000', '2021-06-18'),
      row('plate', '3', '40000', '2021-06-19'),
    ]);
    await stored('orders.orders', [order('A', 2, 6, '2021-06-19 00:00:00')]);
    await stored('orders.grants', [{ id: 'g2', no: 'A', count: 4, granted_at: '2021-06-21T00:00:00Z' }]);
    expect(await report({ ...query, filter: "(no eq 'A' and remain_count eq 0)" })).toEqual([
      row('plate', '0', '60000', '2021-06-19'),
    ]);
    const listed = queryList.parse(await (await system.client.request('/queries?dataset=orders')).json());
    expect(listed.queries).toHaveLength(2);
    const others = queryList.parse(await (await system.client.request('/queries?dataset=api')).json());
    expect(others.queries).toEqual([]);
  });

  test('stores no row of a batch with a bad one, and names line and field', async () => {
    const good = { id: 'g9', no: 'Z', count: 1, granted_at: '2021-06-20T00:00:00Z' };
    const response = await post('orders.grants', [good, { ...good, id: 5, amount: 1 }]);
    expect(response.status).toBe(400);
    const { code, error } = errorBody.loose().parse(await response.json());
    expect(code).toBe('batch.refused');
    expect(error.details[0]?.fieldViolations).toEqual([
      { field: 'line 2, amount', description: 'unknown field "amount". Did you mean "count"?' },
      { field: 'line 2, id', description: 'found the number 5; expected text' },
    ]);
    const grants = { dataset: 'orders', metrics: [{ name: 'grant_count' }], ...june };
    await post('orders.orders', [order('Z', 1, 5, '2021-06-20T00:00:00Z')]);
    expect(await report({ ...grants, filter: "(no eq 'Z')" })).toEqual([{ sum_grant_count: '0' }]);
  });

  test('is ingested by record set; the error for a wrong name lists them', async () => {
    const response = await post('orders', [{}]);
    expect(response.status).toBe(404);
    const { message } = errorBody.parse(await response.json());
    expect(message).toMatch(
      /^No dataset "orders"; expected one of api, mint, instruments\.instruments, .*orders\.returns/,
    );
  });

  test('returns the first response for a repeated batch, and refuses another body under its id', async () => {
    const headers = { 'Idempotency-Key': 'products-1' };
    const first = factsAccepted.parse(
      await (await post('orders.products', [product(7, 'x')], headers)).json(),
    );
    expect(
      factsAccepted.parse(await (await post('orders.products', [product(7, 'x')], headers)).json()),
    ).toEqual({ ...first, repeated: true });
    expect((await post('orders.products', [product(7, 'y')], headers)).status).toBe(409);
  });
});
