import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogue, planQuery, queryTimeUnits, type QueryRequest } from '../src/index.ts';

const nowMs = Date.UTC(2026, 2, 1, 12, 30, 15, 123);
const context = {
  catalogue,
  dataset: 'api',
  tenant: { organization: 'acme', environment: 'prod', environmentId: 7 },
  nowMs,
};

function plan(request: Partial<QueryRequest>) {
  const result = planQuery(
    { metrics: [{ name: 'message_count' }], timeRange: 'last24hours', ...request },
    context,
  );
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.plan;
}

function faults(request: Partial<QueryRequest>) {
  const result = planQuery(
    { metrics: [{ name: 'message_count' }], timeRange: 'last24hours', ...request },
    context,
  );
  return result.ok ? [] : result.faults.map(({ field, message }) => [field, message]);
}

/** Expects one fault at this field, with a message that contains all texts. */
function expectFault(request: Partial<QueryRequest>, field: string, ...texts: string[]) {
  const found = faults(request);
  expect(found.map(([faultyField]) => faultyField)).toEqual([field]);
  for (const text of texts) expect(found[0]?.[1]).toContain(text);
}

describe('planQuery', () => {
  test('returns a frozen plan of the whole request', () => {
    const planned = plan({
      metrics: [
        { name: 'message_count', alias: 'calls' },
        { name: 'total_response_time', function: 'avg' },
      ],
      dimensions: ['apiproxy', 'organization'],
      groupByTimeUnit: 'hour',
      filter: '(target is null)',
      limit: 14_400,
      outputFormat: 'csv',
      csvDelimiter: '|',
    });
    expect(planned).toEqual({
      version: 1,
      dataset: 'api',
      tenant: { organization: 'acme', environment: 'prod', environmentId: 7 },
      range: { startMs: nowMs - 86_400_000, endExclusiveMs: nowMs },
      timeUnit: 'hour',
      metrics: [
        { metric: 'message_count', function: 'sum', alias: 'calls' },
        { metric: 'total_response_time', function: 'avg', alias: 'avg_total_response_time' },
      ],
      dimensions: ['apiproxy', 'organization'],
      filter: { kind: 'null', field: 'target', negated: false },
      limitRows: 14_400,
      output: { format: 'csv', delimiter: '|' },
    });
    const parts = [planned, planned.tenant, planned.range, planned.metrics, ...planned.metrics];
    for (const part of [...parts, planned.dimensions, planned.filter, planned.output])
      expect(Object.isFrozen(part)).toBe(true);
  });

  test('does not freeze or change its arguments', () => {
    const request = {
      metrics: [{ name: 'message_count' }],
      dimensions: ['apiproxy'],
      timeRange: 'last7days',
    };
    planQuery(request, context);
    expect(
      [request, request.metrics, request.dimensions, context.tenant].some((part) => Object.isFrozen(part)),
    ).toBe(false);
  });

  test.each([
    ['message_count', 'sum', 'sum_message_count'],
    ['error_count', 'sum', 'sum_error_count'],
    ['ax_cache_l1_count', 'avg', 'avg_ax_cache_l1_count'],
    ['request_processing_latency', 'avg', 'avg_request_processing_latency'],
    ['response_size', 'sum', 'sum_response_size'],
    ['fees', 'sum', 'sum_fees'],
    ['app_count', null, 'app_count'],
    ['developer_count', null, 'developer_count'],
    ['user_count', null, 'user_count'],
    ['tps', null, 'tps'],
    ['tpm', null, 'tpm'],
  ])('%s without a function has the function %s and the alias %s', (name, chosen, alias) => {
    expect(plan({ metrics: [{ name }] }).metrics).toEqual([{ metric: name, function: chosen, alias }]);
  });

  test.each(queryTimeUnits)('accepts the time unit %s', (unit) => {
    expect(plan({ groupByTimeUnit: unit }).timeUnit).toBe(unit);
  });

  test.each([
    [undefined, undefined, { format: 'json' }],
    ['json', undefined, { format: 'json' }],
    ['parquet', undefined, { format: 'parquet' }],
    ['xlsx', undefined, { format: 'xlsx' }],
    ['csv', undefined, { format: 'csv', delimiter: ',' }],
    ['csv', ',', { format: 'csv', delimiter: ',' }],
    ['csv', '|', { format: 'csv', delimiter: '|' }],
    ['csv', '\t', { format: 'csv', delimiter: '\t' }],
    ['csv', '\\t', { format: 'csv', delimiter: '\t' }],
  ])('output format %j with delimiter %j', (outputFormat, csvDelimiter, output) => {
    expect(plan({ outputFormat, csvDelimiter }).output).toEqual(output);
  });

  test('CSV options; one at its default leaves no trace in the plan', () => {
    const csv = { format: 'csv', delimiter: ',' };
    const output = (options: Partial<QueryRequest>) => plan({ outputFormat: 'csv', ...options }).output;
    expect(output({ csvBom: true })).toEqual({ ...csv, bom: true });
    expect(output({ csvHeader: false })).toEqual({ ...csv, header: false });
    expect(output({ csvSafe: true })).toEqual({ ...csv, safe: true });
    expect(output({ csvBom: false, csvHeader: true, csvSafe: false })).toEqual(csv);
  });

  test('accepts dimensions without metrics', () => {
    expect(plan({ metrics: undefined, dimensions: ['apiproxy'] })).toMatchObject({
      metrics: [],
      dimensions: ['apiproxy'],
    });
  });
});

describe('a faulty request is refused with the field, what was found and what is expected', () => {
  test('an unknown metric: suggests the nearest', () => {
    expectFault(
      { metrics: [{ name: 'mesage_count' }] },
      'metrics[0].name',
      '"mesage_count"',
      '"message_count"',
    );
    expectFault(
      { metrics: [{ name: 'message_count' }, { name: 'Total_Response_Time' }] },
      'metrics[1].name',
      '"total_response_time"',
    );
  });

  test('an unknown dimension: suggests the nearest', () => {
    expectFault(
      { dimensions: ['apiproxy', 'response_code_status'] },
      'dimensions[1]',
      '"response_status_code"',
    );
    expectFault({ dimensions: ['api_proxy'] }, 'dimensions[0]', '"api_proxy"', 'Did you mean "apiproxy"?');
  });

  test('names of built-in object properties are unknown names', () => {
    expectFault({ dimensions: ['constructor'] }, 'dimensions[0]', '"constructor"');
    expectFault({ metrics: [{ name: '__proto__' }] }, 'metrics[0].name', '"__proto__"');
  });

  test('a dimension as a metric, and the reverse', () => {
    expectFault(
      { metrics: [{ name: 'apiproxy' }] },
      'metrics[0].name',
      'is a dimension',
      'expected it under dimensions',
    );
    expectFault({ dimensions: ['is_error'] }, 'dimensions[0]', 'is a metric', 'expected it under metrics');
  });

  test('a function that the metric does not have: lists its functions', () => {
    expectFault(
      { metrics: [{ name: 'request_processing_latency', function: 'sum' }] },
      'metrics[0].function',
      '"sum"',
      'avg, min, max',
    );
    expectFault(
      { metrics: [{ name: 'message_count', function: 'SUM' }] },
      'metrics[0].function',
      '"SUM"',
      'sum',
    );
    expectFault(
      { metrics: [{ name: 'app_count', function: 'sum' }] },
      'metrics[0].function',
      'expected no function',
    );
  });

  test('a filter: names the position of the fault', () => {
    expectFault({ filter: "(apiproxi eq 'a')" }, 'filter', 'position 2', '"apiproxi"', '"apiproxy"');
    expectFault({ filter: '' }, 'filter', 'position 1', 'found the end');
  });

  test('an operator without a value, a value without an operator, and invalid values', () => {
    const calculated = (operator?: string, value?: string) => ({
      metrics: [{ name: 'message_count', operator, value }],
    });
    expectFault(calculated('/'), 'metrics[0].value', 'operator without a value');
    expectFault(calculated(undefined, '7'), 'metrics[0].value', 'value without an operator');
    expectFault(calculated('^', '7'), 'metrics[0].operator', '"^"', '+ - * / %');
    for (const value of [
      '',
      ' 1',
      '+1',
      '1e3',
      '.5',
      '5.',
      'NaN',
      '0x10',
      '1,5',
      '1'.repeat(16),
      '0.0000001',
    ]) {
      expectFault(calculated('+', value), 'metrics[0].value', JSON.stringify(value), '"1000"');
    }
    for (const operator of ['/', '%']) {
      for (const zero of ['0', '0.0', '-0', '000', '-0.000000']) {
        expectFault(calculated(operator, zero), 'metrics[0].value', 'zero');
      }
    }
    expectFault(calculated('*', '1000000000'), 'metrics[0].value', 'at most 9 digits');
    expect(
      faults({ metrics: [{ name: 'nothing', operator: '^', value: 'x' }] }).map(([field]) => field),
    ).toEqual(['metrics[0].operator', 'metrics[0].value', 'metrics[0].name']);
  });

  test.each([
    ['/', '1000'],
    ['/', '1000.0'],
    ['+', '-0.5'],
    ['-', '999999999999999.999999'],
    ['*', '000999999999'],
    ['*', '0'],
    ['%', '0.000001'],
  ] as const)('keeps the operator %s with the value %s', (operator, value) => {
    const { metrics } = plan({ metrics: [{ name: 'message_count', operator, value }] });
    expect(metrics).toEqual([
      {
        metric: 'message_count',
        function: 'sum',
        alias: 'sum_message_count',
        operation: { operator, value },
      },
    ]);
  });

  test.each(['Minute', 'MINUTE', 'minutes', 'quarter', '', 'toString'])('time unit %j', (groupByTimeUnit) => {
    expectFault(
      { groupByTimeUnit },
      'groupByTimeUnit',
      JSON.stringify(groupByTimeUnit),
      'second, minute, hour, day, week, month',
    );
  });

  test.each([-841, 841, 0.5, Number.NaN])('an offset from UTC of %d minutes', (utcOffsetMinutes) => {
    expectFault({ utcOffsetMinutes }, 'tzo', String(utcOffsetMinutes), '-840 to 840');
  });

  test('keeps an offset from UTC; 0 is the default', () => {
    expect(plan({ utcOffsetMinutes: 840 }).utcOffsetMinutes).toBe(840);
    expect(plan({ utcOffsetMinutes: -840 }).utcOffsetMinutes).toBe(-840);
    expect(plan({ utcOffsetMinutes: 0 })).toEqual(plan({}));
  });

  test.each<readonly [string, string]>([
    ['Europe/Warszawa', 'Did you mean "Europe/Warsaw"?'],
    ['europe/berlinn', 'Did you mean "Europe/Berlin"?'],
    ...['CET', 'CST', 'EST', '+05:30', 'UTC+1', 'GMT+5', 'Z', 'local', '', ' UTC', 'UTC\n', '__proto__'].map(
      (name) => [name, 'expected a name of the tz database such as Europe/Berlin, or UTC'] as const,
    ),
    ['Europe/'.repeat(100_000), 'is not a time zone'],
  ])('time zone %j', (timeZone, text) => {
    expectFault({ timeZone }, 'timeZone', 'is not a time zone', text);
  });

  test('refuses a time zone together with tzo, even if that is UTC', () => {
    expectFault({ timeZone: 'UTC', utcOffsetMinutes: 0 }, 'timeZone', 'together with tzo', 'one of them');
  });

  test('keeps the name of a time zone in the spelling of the tz database, or that of an alias', () => {
    const named = (timeZone: string) => plan({ timeZone }).timeZone?.name;
    expect(named('europe/WARSAW')).toBe('Europe/Warsaw');
    expect(named('America/Argentina/Buenos_Aires')).toMatch(/Buenos_Aires$/);
    expect(named('Asia/Kolkata')).toBe('Asia/Kolkata');
    expect(named('Etc/GMT+5')).toBe('Etc/GMT+5');
    expect(named('UTC')).toBe('UTC');
  });

  test('freezes the offsets of the time zone in the range and for the whole buckets at its ends', () => {
    const timeRange = { start: '2026-03-15T00:00:00Z', end: '2026-04-15T00:00:00Z' };
    expect(plan({ timeZone: 'Europe/Warsaw', groupByTimeUnit: 'month', timeRange }).timeZone).toEqual({
      name: 'Europe/Warsaw',
      offsets: [
        { fromMs: expect.any(Number), offsetSeconds: 3_600 },
        { fromMs: Date.UTC(2026, 2, 29, 1), offsetSeconds: 7_200 },
      ],
    });
    const october = { start: '2026-10-01T00:00:00Z', end: '2026-10-02T00:00:00Z' };
    const offsetsBy = (groupByTimeUnit: string) =>
      plan({ timeZone: 'Europe/Warsaw', groupByTimeUnit, timeRange: october }).timeZone?.offsets.map(
        ({ offsetSeconds }) => offsetSeconds,
      );
    expect(offsetsBy('day')).toEqual([7_200]);
    expect(offsetsBy('month')).toEqual([7_200, 3_600]);
  });

  test.each([0, -1, 1.5, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY])('limit %d', (limit) => {
    expectFault({ limit }, 'limit', String(limit), '1 to 2147483647');
  });

  test('accepts the maximum limit', () => {
    expect(plan({ limit: 2_147_483_647 }).limitRows).toBe(2_147_483_647);
    expect(plan({ limit: 1 }).limitRows).toBe(1);
  });

  test('output format and delimiter', () => {
    expectFault({ outputFormat: 'xml' }, 'outputFormat', '"xml"', 'json, csv, parquet or xlsx');
    expectFault({ outputFormat: 'CSV' }, 'outputFormat', '"CSV"');
    expectFault({ outputFormat: 'csv', csvDelimiter: ';' }, 'csvDelimiter', '";"', 'comma');
    expectFault({ outputFormat: 'csv', csvDelimiter: '' }, 'csvDelimiter', '""');
    expectFault({ outputFormat: 'json', csvDelimiter: ',' }, 'csvDelimiter', 'json');
    expectFault({ csvDelimiter: ',' }, 'csvDelimiter', 'json');
    expectFault(
      { outputFormat: 'parquet', csvDelimiter: ',' },
      'csvDelimiter',
      'the output format is parquet',
    );
    for (const option of ['csvBom', 'csvHeader', 'csvSafe'])
      for (const value of [true, false])
        expectFault({ [option]: value }, option, 'the output format is json', 'unless outputFormat is csv');
  });

  test('a limit beyond the rows of a sheet, in xlsx alone', () => {
    expect(plan({ outputFormat: 'xlsx', limit: 1_048_575 }).limitRows).toBe(1_048_575);
    expectFault(
      { outputFormat: 'xlsx', limit: 1_048_576 },
      'limit',
      '1048576 rows do not fit on one sheet',
      'at most 1048575 with xlsx',
    );
    expectFault({ outputFormat: 'xlsx', limit: 0 }, 'limit', 'an integer from 1');
    expectFault({ outputFormat: 'xlsx', csvSafe: true }, 'csvSafe', 'the output format is xlsx');
    expect(plan({ outputFormat: 'csv', limit: 1_048_576 }).limitRows).toBe(1_048_576);
  });

  test('names that only differ in letter case, in parquet alone', () => {
    const metrics = [
      { name: 'message_count', alias: 'Calls' },
      { name: 'message_count', alias: 'cALLS' },
    ];
    expectFault(
      { metrics, outputFormat: 'parquet' },
      'metrics[1].alias',
      '"cALLS", which ignores letter case in parquet; expected different names',
    );
    for (const [alias, changes] of [
      ['APIPROXY', { dimensions: ['apiproxy'] }],
      ['Hour', { groupByTimeUnit: 'hour' }],
    ] as const) {
      const request = { ...changes, metrics: [{ name: 'message_count', alias }] };
      expectFault({ ...request, outputFormat: 'parquet' }, 'metrics[0].alias', `"${alias}"`);
      expect(plan({ ...request, outputFormat: 'csv' }).metrics).toHaveLength(1);
    }
  });

  test('neither a metric nor a dimension', () => {
    expectFault({ metrics: undefined }, 'metrics', 'at least one');
    expectFault({ metrics: [], dimensions: [] }, 'metrics', 'at least one');
  });

  test('more than 25 metrics and dimensions together; 25 are accepted', () => {
    const metrics = Array.from({ length: 20 }, (_, index) => ({ name: 'message_count', alias: `m${index}` }));
    const dimensions = ['apiproxy', 'developer', 'client_id', 'request_verb', 'target', 'client_ip'];
    expect(plan({ metrics, dimensions: dimensions.slice(0, 5) }).metrics).toHaveLength(20);
    expectFault(
      { metrics, dimensions },
      'dimensions',
      '20 metrics and 6 dimensions are 26 columns',
      'at most 25',
    );
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      name: 'message_count',
      alias: `m${index}`,
    }));
    expectFault({ metrics: many }, 'metrics', '10000', 'at most 25');
  });

  test('a repeated dimension: names both positions', () => {
    expectFault(
      { dimensions: ['apiproxy', 'target', 'apiproxy'] },
      'dimensions[2]',
      '"apiproxy"',
      'dimensions[0]',
    );
  });

  test('two output columns of one name: names both columns', () => {
    expectFault(
      {
        metrics: [
          { name: 'message_count', alias: 'x' },
          { name: 'is_error', alias: 'x' },
        ],
      },
      'metrics[1].alias',
      'metrics[1]',
      'metrics[0]',
      '"x"',
    );
    expectFault(
      { metrics: [{ name: 'is_error' }, { name: 'is_error' }] },
      'metrics[1].alias',
      '"sum_is_error"',
      'metrics[0]',
    );
    expectFault(
      { metrics: [{ name: 'message_count', alias: 'target' }], dimensions: ['apiproxy', 'target'] },
      'metrics[0].alias',
      '"target"',
      'dimensions[1]',
    );
    expectFault(
      { metrics: [{ name: 'message_count', alias: 'hour' }], groupByTimeUnit: 'hour' },
      'metrics[0].alias',
      '"hour"',
      'groupByTimeUnit',
    );
    expect(
      plan({ metrics: [{ name: 'message_count', alias: 'hour' }], groupByTimeUnit: 'day' }).timeUnit,
    ).toBe('day');
  });

  test.each(['', 'a\nb', 'a\u0000', '\u007f', '\u0085', '\ud800', 'x'.repeat(129)])('alias %j', (alias) => {
    expectFault({ metrics: [{ name: 'message_count', alias }] }, 'metrics[0].alias', 'expected');
  });

  test.each([
    'x',
    'x'.repeat(128),
    '\u{1f600}'.repeat(128),
    '"; drop table facts; --',
    'średnia ważona',
    '__proto__',
  ])('accepts the alias %j', (alias) => {
    expect(plan({ metrics: [{ name: 'message_count', alias }] }).metrics[0]?.alias).toBe(alias);
  });

  test('reports all faults at once', () => {
    const found = faults({
      metrics: [
        { name: 'tps', value: '1' },
        { name: 'nothing', function: 'sum', alias: '' },
        { name: 'is_error', function: 'max', operator: '/' },
      ],
      dimensions: ['nowhere', 'is_error'],
      timeRange: { start: 'x', end: '2026-02-30T00:00:00Z' },
      groupByTimeUnit: 'year',
      limit: 0,
      filter: 'x',
      outputFormat: 'xml',
      csvDelimiter: ';',
    }).map(([field]) => field);
    expect(new Set(found)).toEqual(
      new Set([
        'metrics[0].value',
        'metrics[1].name',
        'metrics[1].alias',
        'metrics[2].function',
        'metrics[2].value',
        'dimensions[0]',
        'dimensions[1]',
        'timeRange.start',
        'timeRange.end',
        'groupByTimeUnit',
        'limit',
        'filter',
        'outputFormat',
        'csvDelimiter',
      ]),
    );
  });

  test('truncates long names in messages', () => {
    const [fault] = faults({ dimensions: ['x'.repeat(100_000)] });
    expect(fault?.[1]?.length).toBeLessThan(300);
  });

  test('never throws: random requests are planned or refused with at least one fault', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('message_count', 'apiproxy', 'sum', 'hour', 'csv', '|'),
    );
    const optional = fc.option(text, { nil: undefined });
    const request = fc.record({
      metrics: fc.array(fc.record({ name: text, function: optional, alias: optional }), { maxLength: 30 }),
      dimensions: fc.array(text, { maxLength: 30 }),
      timeRange: fc.oneof(text, fc.record({ start: text, end: text })),
      groupByTimeUnit: optional,
      limit: fc.option(fc.double(), { nil: undefined }),
      filter: optional,
      outputFormat: optional,
      csvDelimiter: optional,
    });
    fc.assert(
      fc.property(request, (candidate) => {
        const result = planQuery(candidate, context);
        expect(result.ok || result.faults.length > 0).toBe(true);
      }),
    );
  });
});
