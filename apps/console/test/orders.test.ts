import { describe, expect, test } from 'vitest';
import type { OrderView } from '@hourglass/contract';
import {
  isUnlimited,
  orderParameters,
  orderSearchOf,
  orderState,
  orderTime,
  pagePlace,
  periodText,
  priceText,
  withOrderSearch,
} from '../src/records/orders.ts';

const searchOf = (entries: Readonly<Record<string, string>>) => orderSearchOf(new URLSearchParams(entries));

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
    pagePlace({ page: number, size: 50, total, items: Array<OrderView>(count) });

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
    const endless = { ...order, product_period_time: 0 };
    expect([periodText(endless, 'en'), isUnlimited(endless), isUnlimited(order)]).toEqual([
      null,
      true,
      false,
    ]);
    expect(isUnlimited({ ...endless, product_name: '' })).toBe(false);
    expect(periodText({ ...order, product_period_unit: 9 }, 'en')).toBeNull();
    expect(priceText(5_000_005, 'en')).toBe('50,000.05');
    expect(Date.parse(orderTime('2021-06-18 11:44:03.575794'))).toBe(Date.UTC(2021, 5, 18, 11, 44, 3, 575));
  });
});
