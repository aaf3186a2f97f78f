import { describe, expect, test } from 'vitest';
import { orderKeys, parseWheres } from '@hourglass/query';
import {
  orderFields,
  orderOperators,
  orderParameters,
  orderSearchOf,
} from '../../apps/console/src/records/orders.ts';
import { writeChips } from '../../apps/console/src/report/filter-chips.ts';

const typesOfApi = { text: 'string', integer: 'integer', time: 'datetime' } as const;
const wheresOf = (filter: string) =>
  orderParameters(orderSearchOf(new URLSearchParams({ filter }))).get('wheres') ?? '';

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
