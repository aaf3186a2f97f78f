import { catalogue, storedColumns } from '@hourglass/query';
import type { ColumnType, Dataset } from '@hourglass/query';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFactChecker } from '../src/check/check-fact.ts';
import { factTimeBounds } from '../src/columns/time-rule.ts';
import { copyLineOf, decodeCopyLine } from './copy-text.ts';

const api = catalogue.get('api') as Dataset;
const nowMs = Date.UTC(2026, 10, 22, 12);
const times = { earliestMs: 0, latestMs: nowMs + 86_400_000 };
const check = createFactChecker(api, { times });
const timestamp = '2026-11-22T10:00:00Z';

function stored(value: Record<string, unknown>, dataset = api): Record<string, string | null> {
  const checked = createFactChecker(dataset, { times })({ line: 1, value });
  if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
  const cells = decodeCopyLine(copyLineOf(checked));
  const names = ['timestamp', ...storedColumns(dataset).map((column) => column.name), 'custom_fields'];
  expect(cells).toHaveLength(names.length);
  return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? null]));
}

function faultsOf(value: Record<string, unknown>) {
  const checked = check({ line: 9, value });
  return 'faults' in checked ? checked.faults : [];
}

const valuesByType: Readonly<Record<ColumnType, fc.Arbitrary<string | number | boolean>>> = {
  text: fc.string({ unit: 'binary', maxLength: 50 }).filter((text) => !text.includes('\0')),
  integer: fc.maxSafeInteger(),
  decimal: fc
    .tuple(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.integer({ min: 0, max: 6 }))
    .map(([digits, decimals]) => Number((digits / 10 ** decimals).toFixed(decimals))),
  float: fc.double({ min: -1e99, max: 1e99, noNaN: true }),
  boolean: fc.boolean(),
  timestamp: fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2200, 0, 1) }),
};

describe('a valid fact', () => {
  test('survives the COPY encoding, with every column in its place', () => {
    const columns = storedColumns(api);
    const facts = fc.record(
      Object.fromEntries(columns.map(({ name, type }) => [name, fc.option(valuesByType[type])])),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(facts, fc.integer({ min: Date.UTC(1990, 0, 1), max: nowMs }), (fact, timeMs) => {
        const row = stored({ ...fact, timestamp: timeMs });
        expect(row['timestamp']).toBe(new Date(timeMs).toISOString());
        for (const { name, type, whenMissing } of columns) {
          const given = fact[name] ?? null;
          if (given === null) {
            if (whenMissing === undefined) expect(row[name]).toBeNull();
          } else if (type === 'timestamp') {
            expect(Date.parse(row[name] ?? '')).toBe(given);
          } else if (type === 'text') {
            expect(row[name]).toBe(given);
          } else {
            expect(row[name]).toBe(String(given));
          }
        }
      }),
    );
  });

  test('keeps the special characters of COPY', () => {
    const hostile = '\\N\t\\.\r\n\\\\x41\b\v';
    expect(stored({ timestamp, apiproxy: hostile, developer: String.raw`\N` })).toMatchObject({
      apiproxy: hostile,
      developer: String.raw`\N`,
      client_ip: null,
    });
  });

  test.each([
    ['2026-11-22T10:00:00.123Z', '2026-11-22T10:00:00.123Z'],
    ['2026-11-22T10:00:00.123999', '2026-11-22T10:00:00.123Z'],
    ['2026-11-22T10:00:00,5', '2026-11-22T10:00:00.500Z'],
    ['2026-11-22T10:00:00', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22T10:00', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22 10:00:00+02:00', '2026-11-22T08:00:00.000Z'],
    ['2026-11-22T10:00:00-0530', '2026-11-22T15:30:00.000Z'],
    ['2026-11-22T10:00:00+02', '2026-11-22T08:00:00.000Z'],
    ['2026-11-22', '2026-11-22T00:00:00.000Z'],
    ['2026-11-22t10:00:00z', '2026-11-22T10:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60.000Z', '2017-01-01T00:00:00.000Z'],
    ['2016-12-31t23:59:60.500z', '2017-01-01T00:00:00.500Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    [Date.UTC(1990, 0, 1), '1990-01-01T00:00:00.000Z'],
    ['2026-11-23T12:00:00Z', '2026-11-23T12:00:00.000Z'],
    [1_763_805_600_123, '2025-11-22T10:00:00.123Z'],
  ])('the timestamp %j means %s', (given, expected) => {
    expect(stored({ timestamp: given })['timestamp']).toBe(expected);
  });

  test('lies within the configured times, and a refusal names them', () => {
    const settings = { earliestMs: Date.UTC(2015, 0, 1), maxAheadMs: 2 * 3_600_000 };
    const bounded = createFactChecker(api, { times: factTimeBounds(settings, nowMs) });
    const messageFor = (time: unknown) => {
      const checked = bounded({ line: 1, value: { timestamp: time } });
      return 'faults' in checked ? checked.faults[0]?.message : null;
    };
    expect(['2015-01-01', '2026-11-22T14:00:00Z'].map(messageFor)).toEqual([null, null]);
    const expected =
      'expected a time from 2015-01-01 to 2026-11-22T14:00:00Z, as ISO 8601 text or milliseconds since 1970';
    expect(messageFor('2014-12-31T23:59:59.999Z')).toBe(
      `found the text "2014-12-31T23:59:59.999Z"; ${expected}`,
    );
    expect(messageFor('2026-11-22T14:00:00.001Z')).toBe(
      `found the text "2026-11-22T14:00:00.001Z"; ${expected}`,
    );
    expect(messageFor(1_763_805_600)).toBe(
      `found the number 1763805600, which is a time in seconds; ${expected}`,
    );
    expect(messageFor(undefined)).toBe(`is missing; ${expected}`);
  });

  test.each([
    ['12.50', '12.50'],
    ['-0.000001', '-0.000001'],
    ['123456789012345678.123456', '123456789012345678.123456'],
    ['007', '007'],
    [12.5, '12.5'],
  ])('the decimal %j is stored with every digit', (given, expected) => {
    expect(stored({ timestamp, fees: given })['fees']).toBe(expected);
  });

  test('may have a future time in other columns', () => {
    expect(stored({ timestamp, period_end: '2027-12-31T00:00:00Z' })['period_end']).toBe(
      '2027-12-31T00:00:00.000Z',
    );
  });
});

describe('a missing value', () => {
  test('of a metric is null, never 0', () => {
    expect(stored({ timestamp })).toMatchObject({ response_size: null, target_response_time: null });
  });

  test('of message_count is one call', () => {
    expect(stored({ timestamp })['message_count']).toBe('1');
    expect(stored({ timestamp, message_count: null })['message_count']).toBe('1');
    expect(stored({ timestamp, message_count: 0 })['message_count']).toBe('0');
  });

  test.each([
    [{ response_status_code: 399 }, '0'],
    [{ response_status_code: 400 }, '1'],
    [{ response_status_code: 503, is_error: 0 }, '0'],
    [{ response_status_code: 503, is_error: null }, '1'],
    [{ response_status_code: null }, null],
    [{}, null],
  ])('of is_error follows from %j: %j', (fields, expected) => {
    expect(stored({ timestamp, ...fields })['is_error']).toBe(expected);
  });
});

describe('a fault names its line, its field and the problem:', () => {
  test.each([
    [{}, 'timestamp', 'is missing'],
    [{ timestamp: null }, 'timestamp', 'is missing'],
    [{ timestamp: '22.11.2026' }, 'timestamp', 'ISO 8601'],
    [{ timestamp: '2025-02-29T00:00:00Z' }, 'timestamp', '2025-02-29'],
    [{ timestamp: '2026-04-31' }, 'timestamp', '2026-04-31'],
    [{ timestamp: '2026-11-22T24:00:00Z' }, 'timestamp', 'T24'],
    [{ timestamp: '2026-11-22T10:00:00+24:00' }, 'timestamp', '+24'],
    [{ timestamp: '1969-12-31T23:59:59.999Z' }, 'timestamp', 'from 1970-01-01 to 2026-11-23T12:00:00Z'],
    [{ timestamp: '0095-01-01T00:00:00Z' }, 'timestamp', '0095'],
    [{ timestamp: '2026-11-23T12:00:00.001Z' }, 'timestamp', 'from 1970-01-01 to 2026-11-23T12:00:00Z'],
    [{ timestamp: 1_763_805_600 }, 'timestamp', 'seconds'],
    [{ timestamp: 0 }, 'timestamp', 'ISO 8601 text or, from 1990 on, as milliseconds since 1970'],
    [{ timestamp: Date.UTC(1989, 11, 31) }, 'timestamp', 'found the number 631065600000; expected'],
    [{ timestamp: 1_763_805_600_000.5 }, 'timestamp', '1763805600000.5'],
    [{ timestamp: '1763805600123' }, 'timestamp', 'ISO 8601'],
    [{ timestamp: true }, 'timestamp', 'true'],
    [{ timestamp, apiproxi: 'a' }, 'apiproxi', '"apiproxy"'],
    [{ timestamp, constructor: 'a' }, 'constructor', 'unknown field'],
    [{ timestamp, ax_hour_of_day: '10' }, 'ax_hour_of_day', 'computed from "timestamp"'],
    [{ timestamp, organization: 'o' }, 'organization', 'address'],
    [{ timestamp, environment: null }, 'environment', 'address'],
    [{ timestamp, error_count: 1 }, 'error_count', '"is_error"'],
    [{ timestamp, app_count: 1 }, 'app_count', '"developer_app"'],
    [{ timestamp, tps: 1 }, 'tps', 'number of calls'],
    [{ timestamp, response_size: '12' }, 'response_size', 'whole number'],
    [{ timestamp, response_size: 1.5 }, 'response_size', '1.5'],
    [{ timestamp, response_size: 2 ** 53 }, 'response_size', '2^53'],
    [{ timestamp, response_size: true }, 'response_size', 'true'],
    [{ timestamp, response_size: [1] }, 'response_size', '[1]'],
    [{ timestamp, fees: '1.5x' }, 'fees', 'found the text "1.5x"; expected a number'],
    [{ timestamp, fees: '1e3' }, 'fees', 'found the text "1e3"'],
    [{ timestamp, fees: '.5' }, 'fees', 'found the text ".5"'],
    [{ timestamp, fees: '' }, 'fees', 'found the text ""'],
    [{ timestamp, fees: ' 1' }, 'fees', 'found the text " 1"'],
    [{ timestamp, fees: '0.1234567' }, 'fees', '6 after the decimal point'],
    [{ timestamp, fees: '1234567890123456789' }, 'fees', '18 digits'],
    [{ timestamp, fees: [1] }, 'fees', 'found the array [1]; expected a number'],
    [{ timestamp, fees: true }, 'fees', 'found true; expected a number'],
    [{ timestamp, fees: 0.1234567 }, 'fees', '6 after the decimal point'],
    [{ timestamp, fees: 1e-7 }, 'fees', '1e-7'],
    [{ timestamp, fees: 1e18 }, 'fees', '18 digits'],
    [{ timestamp, fees: Number.POSITIVE_INFINITY }, 'fees', 'number'],
    [{ timestamp, apiproxy: 12 }, 'apiproxy', 'found the number 12; expected text'],
    [{ timestamp, apiproxy: {} }, 'apiproxy', 'found the object {}; expected text'],
    [{ timestamp, apiproxy: 'a\0b' }, 'apiproxy', 'NUL'],
    [{ timestamp, apiproxy: 'a\ud800' }, 'apiproxy', 'surrogate'],
    [{ timestamp, apiproxy: '\udc00\ud800' }, 'apiproxy', 'surrogate'],
    [{ timestamp, apiproxy: 'é'.repeat(16 * 1024 + 1) }, 'apiproxy', '32768 bytes'],
    [{ timestamp, created: 'soon' }, 'created', 'ISO 8601'],
    [{ timestamp, created: '2100-02-29' }, 'created', '2100-02-29'],
    [{ timestamp, created: '1969-12-31' }, 'created', 'from 1970-01-01 on'],
    [{ timestamp, created: 1_763_805_600 }, 'created', 'seconds'],
  ])('%j', (value, field, message) => {
    expect(faultsOf(value)).toEqual([
      { line: 9, field, message: expect.stringContaining(message) as string },
    ]);
  });

  test('a fact may have several faults', () => {
    const faults = faultsOf({ apiproxy: 1, response_size: 'x', wrong: null });
    expect(faults.map((fault) => fault.field)).toEqual(['timestamp', 'apiproxy', 'response_size', 'wrong']);
  });

  test('a fact has at most a hundred faults', () => {
    const rubbish = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, 1]));
    expect(faultsOf({ timestamp, ...rubbish })).toHaveLength(100);
  });

  test('text of the greatest length is valid', () => {
    const longest = 'é'.repeat(16 * 1024);
    expect(stored({ timestamp, apiproxy: longest })['apiproxy']).toBe(longest);
  });

  test('"__proto__" in JSON is an unknown field', () => {
    const value = JSON.parse(`{"timestamp":"${timestamp}","__proto__":{"apiproxy":"x"}}`) as Record<
      string,
      unknown
    >;
    expect(faultsOf(value).map((fault) => fault.field)).toEqual(['__proto__']);
  });
});

test('a dataset with a rule for a column that is not stored is refused', () => {
  const broken: Dataset = {
    name: 'broken',
    hotTable: 'x',
    takesCustomFields: false,
    records: [],
    dimensions: [],
    metrics: [
      {
        name: 'm',
        description: '',
        unit: '',
        functions: ['sum'],
        partials: ['sum'],
        source: {
          kind: 'column',
          type: 'integer',
          whenMissing: { kind: 'at-least', column: 'nothing', threshold: 1 },
        },
      },
    ],
  };
  expect(() => createFactChecker(broken, { times })).toThrow('"nothing"');
});
