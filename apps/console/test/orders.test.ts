import { describe, expect, test } from 'vitest';
import type { OrderList, OrderView } from '@hourglass/contract';
import { orderKeys, parseWheres } from '@hourglass/query';
import { writeChips } from '../src/report/filter-chips.ts';
import {
  orderFields,
  orderOperators,
  orderParameters,
  orderSearchOf,
  orderState,
  orderTime,
  pagePlace,
  periodText,
  priceText,
  withOrderSearch,
} from '../src/records/orders.ts';

const typesOfApi = { text: 'string', integer: 'integer', time: 'datetime' } as const;
const searchOf = (entries: Readonly<Record<string, string>>) => orderSearchOf(new URLSearchParams(entries));
const wheresOf = (filter: string) => orderParameters(searchOf({ filter })).get('wheres') ?? '';

describe('conditions on orders', () => {
  test('name the fields of the API, with their types', () => {
    const expected = Object.entries(orderKeys).map(([key, type]) => [key, typesOfApi[type]]);
    expect(Object.entries(orderFields)).toEqual(expected);
  });

  test('with every operator of every field are conditions of the API', () => {
    const samples = { string: 'ä', integer: '5', datetime: '2026-01-02T03:04:05Z' };
    for (const [field, type] of Object.entries(orderFields)) {
      for (const operator of orderOperators(type)) {
        const chip = { field, operator, values: [samples[type]] };
        const filter = writeChips(
          [chip],
          [{ name: field, type, description: '', unit: null, functions: [] }],
        );
        expect([field, operator, parseWheres(wheresOf(filter))]).toEqual([
          field,
          operator,
          { ok: true, conditions: [expect.objectContaining({ key: field })] },
        ]);
      }
    }
  });

  test('are sent as the contract spells them, and all together', () => {
    const parsed = parseWheres(wheresOf("count ge 2 and product_name in '人脸','x' and no notin 'O-1'"));
    expect(parsed).toEqual({
      ok: true,
      conditions: [
        { key: 'count', operator: 'gte', value: 2 },
        { key: 'product_name', operator: 'in', values: ['人脸', 'x'] },
        { key: 'no', operator: 'ni', values: ['O-1'] },
      ],
    });
  });

  test('leave a text that is no number to the API, which names the fault', () => {
    expect(parseWheres(wheresOf("count eq 'two'"))).toMatchObject({ ok: false });
  });
});

describe('the search of the URL', () => {
  test('is read with defaults for what it lacks or misspells', () => {
    expect(searchOf({})).toEqual({ conditions: [], isGrantable: false, page: 1 });
    expect(searchOf({ page: '0', filter: 'a eq 1 or b eq 2', grantable: 'yes' })).toEqual(searchOf({}));
    expect(Object.fromEntries(orderParameters(searchOf({ page: '3', grantable: 'true' })))).toEqual({
      size: '50',
      page: '3',
      count: 'valid',
    });
  });

  test('begins at the first page when a condition changes', () => {
    const search = new URLSearchParams({ page: '3', grantable: 'true' });
    expect(String(withOrderSearch(search, 'grantable', ''))).toBe('');
    expect(String(withOrderSearch(search, 'page', '4'))).toBe('grantable=true&page=4');
  });
});

describe('a page of orders', () => {
  const page = (number: number, count: number, total: number) =>
    pagePlace({ page: number, size: 50, total, items: Array.from({ length: count }) } as OrderList);

  test('knows its place and its neighbours', () => {
    expect(page(1, 50, 120)).toEqual({ first: 1, last: 50, previous: null, next: 2 });
    expect(page(3, 20, 120)).toEqual({ first: 101, last: 120, previous: 2, next: null });
    expect(page(4, 0, 120)).toBeNull();
  });

  test('shows state, duration, price and time of an order', () => {
    expect([3, 0, -1].map((remaining) => orderState({ remain_count: remaining }))).toEqual([
      'open',
      'granted',
      'exceeded',
    ]);
    const order = { product_name: 'A', product_period_time: 30, product_period_unit: 1 } as OrderView;
    expect(periodText(order, 'en')).toBe('30 days');
    expect(periodText({ ...order, product_period_time: 0 }, 'en')).toBe('unlimited');
    expect(periodText({ ...order, product_name: '' }, 'en')).toBeNull();
    expect(periodText({ ...order, product_period_unit: 9 }, 'en')).toBeNull();
    expect(priceText(5_000_005, 'en')).toBe('50,000.05');
    expect(Date.parse(orderTime('2021-06-18 11:44:03.575794'))).toBe(Date.UTC(2021, 5, 18, 11, 44, 3, 575));
  });
});
