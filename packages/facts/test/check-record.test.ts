import { describe, expect, test } from 'vitest';
import { happened, optional, required, type RecordSet } from '@hourglass/query';
import { createRecordChecker } from '../src/check/check-record.ts';

const things: RecordSet = {
  name: 'shop.things',
  table: 'things',
  key: ['id'],
  columns: [
    required('id', 'text', 'Id.'),
    happened('made_at', 'When.'),
    optional('price', 'decimal', 'Price.'),
    optional('pieces', 'integer', 'How many.'),
    optional('sold', 'boolean', 'Whether.'),
    optional('kept_until', 'timestamp', 'How long.'),
  ],
};
const times = { earliestMs: Date.UTC(2015, 0), latestMs: Date.UTC(2026, 10, 23, 12) };
const check = createRecordChecker(things, times);
const madeAt = '2026-01-02T03:04:05Z';

/** Returns the cells of a valid record, or its faults as `field: message`. */
function checked(value: Record<string, unknown>): readonly string[] {
  const row = check({ line: 7, value });
  if (!('faults' in row)) return row.cells;
  expect(row.faults.every(({ line }) => line === 7)).toBe(true);
  return row.faults.map(({ field, message }) => `${field}: ${message}`);
}

describe('a record', () => {
  test('is encoded in the order of its set, with null for missing optional fields', () => {
    expect(checked({ sold: true, id: 'a\tb', made_at: madeAt, pieces: null })).toEqual([
      String.raw`a\tb`,
      '2026-01-02T03:04:05.000Z',
      String.raw`\N`,
      String.raw`\N`,
      'true',
      String.raw`\N`,
    ]);
  });

  test.each([
    ['12345678901234567.123456', '12345678901234567.123456'],
    ['-0.000001', '-0.000001'],
    ['1.50', '1.50'],
    [0.1, '0.1'],
    [7, '7'],
  ])('keeps every digit of the decimal %j', (price, cell) => {
    expect(checked({ id: 'a', made_at: madeAt, price })[2]).toBe(cell);
  });

  test.each(['1.1234567', '1e3', '.5', '5.', '', ' 1', '1234567890123456789', 'NaN', true])(
    'refuses the decimal %j',
    (price) => {
      expect(checked({ id: 'a', made_at: madeAt, price })).toEqual([
        expect.stringMatching(
          /^price: found .*; expected a number with at most 18 digits before and 6 after the decimal point/,
        ),
      ]);
    },
  );

  test.each([
    ['2021-06-18 11:44:03.575794', '2021-06-18T11:44:03.575794Z'],
    ['2021-06-18T11:44:03.5757+02:00', '2021-06-18T09:44:03.575700Z'],
    ['2021-06-18T11:44:03.575Z', '2021-06-18T11:44:03.575Z'],
    ['2016-12-31t23:59:60.123456z', '2017-01-01T00:00:00.123456Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    [1624016643575, '2021-06-18T11:44:03.575Z'],
  ])('keeps the microseconds of the time %j', (time, cell) => {
    expect(checked({ id: 'a', made_at: time })[1]).toBe(cell);
  });

  test.each(['2021-06-31T00:00:00.123456Z', 'x:00.123456', '2021-06-18T11:44:03.123456x', 12.5])(
    'refuses the time %j',
    (time) => {
      expect(checked({ id: 'a', made_at: time })).toEqual([
        expect.stringMatching(/^made_at: found .*; expected a time/),
      ]);
    },
  );

  test('has the times of facts where it names what happened, and any time elsewhere', () => {
    for (const time of ['2014-12-31T23:59:59.999Z', '2026-11-23T12:00:00.001Z'])
      expect(checked({ id: 'a', made_at: time })).toEqual([
        `made_at: found the text "${time}"; expected a time from 2015-01-01 to 2026-11-23T12:00:00Z, ` +
          'as ISO 8601 text or milliseconds since 1970',
      ]);
    expect(checked({ id: 'a', made_at: madeAt, kept_until: '2999-12-31' }).at(-1)).toBe(
      '2999-12-31T00:00:00.000Z',
    );
    expect(checked({ id: 'a', made_at: madeAt, kept_until: '1969-12-31' })).toEqual([
      expect.stringContaining('kept_until: found the text "1969-12-31"; expected a time from 1970-01-01 on'),
    ]);
  });

  test('reports every missing, wrong or unknown field', () => {
    expect(checked({ made_at: null, pieces: 1.5, sold: 'yes', prise: 1 })).toEqual([
      'prise: unknown field "prise". Did you mean "price"?',
      'id: is missing; expected text',
      'made_at: is missing; expected a time from 2015-01-01 to 2026-11-23T12:00:00Z, as ISO 8601 text or milliseconds since 1970',
      'pieces: found the number 1.5; expected a whole number from -(2^53 - 1) to 2^53 - 1',
      'sold: found the text "yes"; expected true or false',
    ]);
  });

  test('does not read fields of the object prototype', () => {
    const value = JSON.parse(`{"id":"a","made_at":"${madeAt}","__proto__":1}`) as Record<string, unknown>;
    expect(checked(value)).toEqual([expect.stringContaining('unknown field "__proto__"')]);
  });
});
