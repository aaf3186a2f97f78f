import { describe, expect, test } from 'vitest';
import { maxConditions, maxListedValues, maxWheresLength, parseWheres } from '../src/index.ts';

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
const parse = (value: unknown) => parseWheres(base64(JSON.stringify(value)));

/** Returns the faults of a text as `field: message`. */
function faultsOf(text: string): string[] {
  const parsed = parseWheres(text);
  return parsed.ok ? [] : parsed.faults.map(({ field, message }) => `${field}: ${message}`);
}

const textKeys = ['no', 'product_name', 'product_series_name', 'buy_accesskey_id', 'remark'];
const integerKeys = ['product_id', 'count', 'return_count', 'company_id', 'buy_user_id', 'total_price'];
const timeKeys = ['create_time', 'update_time'];
const time = '2021-06-18 11:44:03.575794';

describe('wheres', () => {
  const cases = [
    ...textKeys.map((key) => [key, 'x%'] as const),
    ...integerKeys.map((key) => [key, 5] as const),
    ...timeKeys.map((key) => [key, time] as const),
  ];
  test.each(cases)('accepts the operators of the contract for %s', (key, value) => {
    for (const operator of ['eq', 'ne', 'lt', 'lte', 'gt', 'gte']) {
      expect(parse([{ k: key, o: operator, v: value }])).toEqual({
        ok: true,
        conditions: [{ key, operator, value }],
      });
    }
    for (const operator of ['in', 'ni']) {
      expect(parse([{ k: key, o: operator, v: [value, value] }])).toEqual({
        ok: true,
        conditions: [{ key, operator, values: [value, value] }],
      });
    }
    const like = parse([{ k: key, o: 'like', v: 'x%' }]);
    expect(like).toMatchObject(
      typeof value === 'number'
        ? { ok: false, faults: [{ field: 'wheres[0].o' }] }
        : { ok: true, conditions: [{ key, operator: 'like', pattern: 'x%' }] },
    );
  });

  test.each([
    ['2021-06-18', '2021-06-18 00:00:00.000000'],
    ['2021-06-18 11:44:03', '2021-06-18 11:44:03.000000'],
    ['2021-06-18 11:44:03.5', '2021-06-18 11:44:03.500000'],
    ['2024-02-29 23:59:59.999999', '2024-02-29 23:59:59.999999'],
    ['2021-06-18T11:44:03.5Z', '2021-06-18 11:44:03.500000'],
    ['2021-06-18t11:44:03+02:00', '2021-06-18 09:44:03.000000'],
    ['2016-12-31t23:59:60z', '2017-01-01 00:00:00.000000'],
  ])('reads the time %s', (text, read) => {
    expect(parse([{ k: 'create_time', o: 'gt', v: text }])).toMatchObject({ conditions: [{ value: read }] });
  });

  test('accepts the maximum of conditions and values, and an empty list', () => {
    const condition = { k: 'no', o: 'eq', v: 'x'.repeat(1_000) };
    expect(parse(Array.from({ length: maxConditions }, () => condition)).ok).toBe(true);
    expect(parse([{ k: 'no', o: 'in', v: Array.from({ length: maxListedValues }, String) }]).ok).toBe(true);
    expect(parse([])).toEqual({ ok: true, conditions: [] });
    expect(maxListedValues).toBeGreaterThanOrEqual(1_000);
  });

  test.each<[string, unknown, RegExp]>([
    ['an object', {}, /^wheres: it is JSON but not an array/],
    ['null', null, /^wheres: it is JSON but not an array/],
    [
      'too many conditions',
      Array.from({ length: maxConditions + 1 }, () => 1),
      /^wheres: it has 51 conditions/,
    ],
    ['an item that is not an object', [[]], /^wheres\[0\]: expected an object/],
    ['an item that is null', [null], /^wheres\[0\]: expected an object/],
    ['an unknown member', [{ k: 'no', o: 'eq', v: 'x', w: 1 }], /^wheres\[0\]: unknown member "w"/],
    [
      'a misspelled key',
      [{ k: 'produkt_id', o: 'eq', v: 1 }],
      /^wheres\[0\]\.k: .*Did you mean "product_id"\?/,
    ],
    ['a key of every object', [{ k: 'constructor', o: 'eq', v: 1 }], /^wheres\[0\]\.k: "constructor"/],
    ['a key that is shown only', [{ k: 'remain_count', o: 'eq', v: 1 }], /^wheres\[0\]\.k: "remain_count"/],
    ['no key', [{ o: 'eq', v: 1 }], /^wheres\[0\]\.k: expected one of no, /],
    [
      'an unknown operator',
      [{ k: 'no', o: 'EQ', v: 'x' }],
      /^wheres\[0\]\.o: "EQ" is unknown; expected one of eq, ne/,
    ],
    ['an operator that is not text', [{ k: 'no', o: 1, v: 'x' }], /^wheres\[0\]\.o: expected one of/],
    ['no value', [{ k: 'no', o: 'eq' }], /^wheres\[0\]\.v: found nothing; expected text/],
    ['null as a value', [{ k: 'no', o: 'eq', v: null }], /^wheres\[0\]\.v: found null; expected text/],
    ['a number for a text', [{ k: 'no', o: 'eq', v: 1 }], /^wheres\[0\]\.v: found 1; expected text/],
    [
      'a text for a number',
      [{ k: 'count', o: 'eq', v: '1' }],
      /^wheres\[0\]\.v: found "1"; expected a whole/,
    ],
    ['a fraction', [{ k: 'count', o: 'eq', v: 1.5 }], /^wheres\[0\]\.v: found 1.5; expected a whole/],
    [
      'a number beyond 2^53',
      [{ k: 'count', o: 'eq', v: 2 ** 53 }],
      /^wheres\[0\]\.v: found 9007199254740992/,
    ],
    [
      'an array for one value',
      [{ k: 'count', o: 'eq', v: [1] }],
      /^wheres\[0\]\.v: found an array; expected a whole/,
    ],
    [
      'one value for an array',
      [{ k: 'count', o: 'in', v: 1 }],
      /^wheres\[0\]\.v: expected an array of 1 to 5000/,
    ],
    [
      'an empty array',
      [{ k: 'count', o: 'ni', v: [] }],
      /^wheres\[0\]\.v: found 0 values; expected an array of 1/,
    ],
    ['too many values', [{ k: 'no', o: 'in', v: Array.from({ length: 5001 }, String) }], /found 5001 values/],
    [
      'a wrong value among right ones',
      [{ k: 'count', o: 'in', v: [1, 'x', 3] }],
      /^wheres\[0\]\.v\[1\]: found "x"/,
    ],
    ['a NUL', [{ k: 'no', o: 'eq', v: 'a\0b' }], /^wheres\[0\]\.v: found .* without NUL/],
    [
      'an unpaired surrogate',
      [{ k: 'no', o: 'eq', v: '\ud800' }],
      /^wheres\[0\]\.v: found .* unpaired surrogates/,
    ],
    [
      'a text that is too long',
      [{ k: 'no', o: 'eq', v: 'x'.repeat(1001) }],
      /^wheres\[0\]\.v: it has 1001 char/,
    ],
    ['a pattern that is not text', [{ k: 'no', o: 'like', v: 1 }], /^wheres\[0\]\.v: found 1; expected text/],
    [
      'a pattern that ends in a backslash',
      [{ k: 'no', o: 'like', v: 'a\\\\\\' }],
      /^wheres\[0\]\.v: it ends in a b/,
    ],
    [
      'a day that does not exist',
      [{ k: 'create_time', o: 'eq', v: '2021-02-30' }],
      /^wheres\[0\]\.v: .*a time in UTC/,
    ],
    [
      'an hour that does not exist',
      [{ k: 'create_time', o: 'eq', v: '2021-02-03 24:00:00' }],
      /a time in UTC/,
    ],
    ['a zone by name', [{ k: 'create_time', o: 'eq', v: '2021-02-03T00:00:00 UTC' }], /a time in UTC/],
    ['a year before 1', [{ k: 'create_time', o: 'eq', v: '0000-01-01' }], /a time in UTC/],
    ['nanoseconds', [{ k: 'update_time', o: 'eq', v: '2021-02-03 00:00:00.1234567' }], /a time in UTC/],
  ])('refuses %s and names the item', (_, value, fault) => {
    expect(faultsOf(base64(JSON.stringify(value)))[0]).toMatch(fault);
  });

  test('reports all faults with the index of their item', () => {
    const faults = faultsOf(
      base64('[{"k":"no","o":"eq","v":"x"},{"k":"a","o":"b"},{"k":"no","o":"in","v":[1,2]}]'),
    );
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      'wheres[1].k',
      'wheres[1].o',
      'wheres[2].v[0]',
      'wheres[2].v[1]',
    ]);
  });

  test('refuses a condition with a member twice', () => {
    expect(faultsOf(base64('[{"k":"no","o":"eq","v":"x"},{"k":"no","o":"eq","v":"x","v":"y"}]'))).toEqual([
      'wheres[1].v: given more than once; expected once',
    ]);
  });

  test.each([
    ['nothing', '', /it is not base64 of JSON/],
    ['no base64', 'W10', /it is not base64/],
    ['base64 for file names', base64('["ÿÿÿ?~"]').replaceAll('/', '_'), /it is not base64/],
    ['base64 of no JSON', base64('[{]'), /it is not base64 of JSON/],
    [
      'JSON that is not UTF-8',
      base64(new Uint8Array([0x5b, 0x22, 0xff, 0x22, 0x5d])),
      /it is not base64 of JSON/,
    ],
    ['100,000 brackets', base64('['.repeat(100_000)), /it is not base64 of JSON/],
    [
      'too much',
      base64(' '.repeat(maxWheresLength)),
      /^wheres: it has 349528 characters; expected at most 262144/,
    ],
  ])('refuses %s', (_, text, fault) => {
    expect(faultsOf(text)).toEqual([expect.stringMatching(fault)]);
  });
});
