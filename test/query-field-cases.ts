const start = '2025-01-01T00:00:00Z';
/** A body with every field, except those that depend on others. */
export const good = {
  dataset: 'api',
  metrics: [{ name: 'message_count', function: 'sum', alias: 'calls', operator: '+', value: '1' }],
  dimensions: ['apiproxy'],
  timeRange: { start, end: '2025-01-02T00:00:00Z' },
  limit: 10,
  filter: '(message_count ge 0)',
  groupByTimeUnit: 'hour',
  timeZone: 'Europe/Warsaw',
  outputFormat: 'csv',
  csvDelimiter: '|',
  csvBom: true,
  csvHeader: false,
  csvSafe: true,
  reuse: false,
  name: 'Calls by hour',
  reportDefinitionId: 'b2c5-1',
};

const words = {
  metrics: [{ name: 'message_count', function: 'sum', alias: 'calls', as: 'share', within: 'time' }],
  dimensions: ['apiproxy'],
  groupByTimeUnit: 'hour',
  timeRange: good.timeRange,
  orderBy: [{ column: 'apiproxy', direction: 'desc' }],
  having: 'apiproxy is not null',
  compareTo: { start: '2024-01-01T00:00:00Z', end: '2024-01-02T00:00:00Z' },
  fillGaps: true,
};
const percentile = {
  metrics: [{ name: 'total_response_time', function: 'percentile', percentile: 95 }],
  timeRange: good.timeRange,
};
const top = {
  metrics: [{ name: 'tps' }],
  dimensions: ['apiproxy'],
  limit: 1,
  others: true,
  timeRange: good.timeRange,
};

/** Properties of every object, which must not be names of fields. */
const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
const notKnown = (pattern: RegExp) => inherited.map((name) => [name, pattern] as const);
const astral = '\u{1f600}';
const metrics = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: 'message_count', alias: `m${index}` }));
const dimensionNames =
  'access_token api_product apiproxy apiproxy_revision client_id developer developer_app developer_email flow_resource ' +
  'gateway_flow_id virtual_host proxy_basepath proxy_pathsuffix client_ip request_path request_uri request_verb ' +
  'useragent target target_host target_ip target_url ax_geo_city ax_geo_country ax_geo_region';
const dimensions = (count: number) => dimensionNames.split(' ').slice(0, count);
const filterOf = (length: number) => `${good.filter}${' '.repeat(length - good.filter.length)}`;

/** Boundaries of a text that is only stored and shown. */
const label: Bounds = {
  within: ['a', ' ', 'x'.repeat(255), astral.repeat(127), "'; drop table queries; --", ...inherited],
  beyond: [
    ['', /at least 1 character/],
    ['x'.repeat(256), /at most 255 characters/],
    ['x'.repeat(1_000_000), /at most 255 characters/],
    ['a\u0000', /no control character/],
    ['a\nb', /no control character/],
    ['\ud800', /no lone surrogates/],
  ],
};

export interface Bounds {
  /** A valid body with the field. Absent: `good`. */
  readonly base?: object;
  /** Values at the boundary and other valid ones. */
  readonly within: readonly unknown[];
  /** Values one past the boundary, the message of the error, and the field at fault if it is another one. */
  readonly beyond: readonly (readonly [value: unknown, expected: RegExp, field?: string])[];
}

/** Must have every field of the OpenAPI document. */
export const cases: Readonly<Record<string, Bounds>> = {
  dataset: {
    within: ['api'],
    beyond: [
      ['apis', /"apis" is not a dataset; expected one of api/],
      ['API', /is not a dataset/],
      ['', /is not a dataset/],
      ...notKnown(/is not a dataset/),
    ],
  },
  metrics: {
    within: [[], metrics(1), metrics(24)],
    beyond: [
      [metrics(26), /at most 25 together/],
      [metrics(25), /at most 25 together/, 'dimensions'],
      [metrics(1_900), /at most 25 together/],
      [[...metrics(2), ...metrics(1)], /would both be the output column "m0"/, 'metrics[2].alias'],
      [[{ name: 'tps' }, { name: 'tps' }], /would both be the output column "tps"/, 'metrics[1].alias'],
    ],
  },
  'metrics[0]': {
    within: [{ name: 'tps' }],
    beyond: [
      [{}, /is required; expected string/, 'metrics[0].name'],
      [{ name: 'tps', func: 'sum' }, /unknown property/, 'metrics[0].func'],
      [JSON.parse('{"name":"tps","__proto__":{}}'), /unknown property/, 'metrics[0].__proto__'],
    ],
  },
  'metrics[0].name': {
    within: ['message_count', 'total_response_time'],
    beyond: [
      ['message_counts', /is not a metric; .*Did you mean "message_count"/],
      ['Message_count', /is not a metric; .*Did you mean "message_count"/],
      ['', /is not a metric/],
      ['apiproxy', /is a dimension/],
      ['x'.repeat(100_000), /^"x{60}…" is not a metric/],
      ['message_count\u0000', /is not a metric/],
      ...notKnown(/is not a metric/),
    ],
  },
  'metrics[0].function': {
    within: ['sum'],
    beyond: [
      ['avg', /has no function "avg"; expected sum/],
      ['p95', /has no function "p95"; expected sum/],
      ['SUM', /expected sum/],
      ['', /expected sum/],
      ...notKnown(/expected sum/),
    ],
  },
  'metrics[0].percentile': {
    base: percentile,
    within: [0, 50, 99.999999, 100],
    beyond: [
      [-0.000001, /is not a percentile; expected a number from 0 to 100/],
      [100.000001, /is not a percentile; expected a number from 0 to 100/],
      [-1e300, /is not a percentile/],
    ],
  },
  'metrics[0].as': {
    base: words,
    within: ['share', 'total'],
    beyond: [
      ['shares', /is not a part; expected share or total. Did you mean "share"/],
      ['SHARE', /is not a part/],
      ['', /is not a part/],
      ...notKnown(/is not a part/),
    ],
  },
  'metrics[0].within': {
    base: words,
    within: ['time'],
    beyond: [
      ['range', /is not a whole; expected "time"/],
      ['Time', /is not a whole/],
      ['', /is not a whole/],
      ...notKnown(/is not a whole/),
    ],
  },
  orderBy: {
    base: words,
    within: [
      [{ column: 'calls' }],
      ['calls', 'calls_previous', 'calls_change', 'apiproxy', 'hour'].map((column) => ({ column })),
    ],
    beyond: [
      [[], /0 columns; expected 1 to 25/],
      [Array.from({ length: 26 }, () => ({ column: 'calls' })), /26 columns; expected 1 to 25/],
      [Array.from({ length: 1_900 }, () => ({ column: 'calls' })), /1900 columns; expected 1 to 25/],
      [[{ column: 'calls' }, { column: 'calls' }], /already orderBy\[0\]/, 'orderBy[1].column'],
    ],
  },
  'orderBy[0]': {
    base: words,
    within: [{ column: 'calls' }],
    beyond: [
      [{}, /is required; expected string/, 'orderBy[0].column'],
      [{ column: 'calls', order: 'asc' }, /unknown property/, 'orderBy[0].order'],
    ],
  },
  'orderBy[0].column': {
    base: words,
    within: ['calls', 'calls_change', 'hour'],
    beyond: [
      ['apiprox', /is not a column of the report; .*Did you mean "apiproxy"/],
      ['message_count', /is not a column of the report; expected one of "calls"/],
      ['', /is not a column/],
      ['x'.repeat(100_000), /^"x{60}…" is not a column/],
      ...notKnown(/is not a column/),
    ],
  },
  'orderBy[0].direction': {
    base: words,
    within: ['asc', 'desc'],
    beyond: [
      ['ASC', /is not a direction; expected asc or desc/],
      ['', /is not a direction/],
      ...notKnown(/is not a direction/),
    ],
  },
  having: {
    base: words,
    within: ['calls gt 0.5', "calls_previous is null or hour ge '2025-01-01T00:00:00Z'"],
    beyond: [
      ['', /position 1: found the end/],
      [
        'message_count gt 1',
        /position 1: found "message_count"; expected a column of the report, one of "calls"/,
      ],
      ['call gt 1', /Did you mean "calls"/],
      [`${'(apiproxy is null) or '.repeat(3_000)}apiproxy is null`, /expected at most 65536/],
      ...notKnown(/position 1: found .* expected a column of the report/),
    ],
  },
  others: {
    base: top,
    within: [true, false],
    beyond: [],
  },
  compareTo: {
    base: words,
    within: ['previousPeriod', 'previousYear'],
    beyond: [
      ['previousyear', /is not a comparison; expected "previousPeriod".*Did you mean "previousYear"/],
      ['', /is not a comparison/],
      [{}, /is required; expected string/, 'compareTo.start'],
      [{ start, end: start }, /is empty/],
      [{ start, end: '2026-01-01T00:00:00.001Z' }, /expected at most 365 days/],
      ...notKnown(/is not a comparison/),
    ],
  },
  'compareTo.start': {
    base: words,
    within: ['2023-01-02T00:00:00Z', '2024-01-01T23:59:59.999Z'],
    beyond: [
      ['2023-01-01T23:59:59.999Z', /expected at most 365 days/, 'compareTo'],
      ['2024-01-02T00:00:00Z', /is empty/, 'compareTo'],
      ['2024-01-01', /is not a date and time/],
    ],
  },
  'compareTo.end': {
    base: words,
    within: ['2024-01-01T00:00:00.001Z', '2024-12-31T00:00:00Z'],
    beyond: [
      ['2024-12-31T00:00:00.001Z', /expected at most 365 days/, 'compareTo'],
      ['2023-12-31T23:59:59.999Z', /is reversed/, 'compareTo'],
      ['tomorrow', /is not a date and time/],
    ],
  },
  fillGaps: { base: words, within: [true, false], beyond: [] },
  'metrics[0].alias': {
    within: [
      'a',
      'x'.repeat(128),
      astral.repeat(128),
      'select',
      '"',
      "'; drop table queries; --",
      ' ',
      ...inherited,
    ],
    beyond: [
      ['', /is empty; expected 1 to 128 characters/],
      ['x'.repeat(129), /is too long; expected 1 to 128 characters/],
      [astral.repeat(129), /is too long/],
      ['x'.repeat(1_000), /is too long/],
      ['x'.repeat(1_000_000), /^the alias "x{60}…" is too long/],
      ['a\u0000', /control character/],
      ['a\nb', /control character/],
      ['\ud800', /unpaired surrogate/],
      ['apiproxy', /dimensions\[0\] would both be the output column "apiproxy"/],
      ['hour', /the time column of groupByTimeUnit would both be/],
    ],
  },
  'metrics[0].operator': {
    within: ['+', '-', '*', '/', '%'],
    beyond: [
      ['', /is not an operator; expected one of/],
      ['//', /is not an operator/],
      ['^', /is not an operator/],
      ['÷', /is not an operator/],
      ...notKnown(/is not an operator/),
    ],
  },
  'metrics[0].value': {
    within: ['0', '-0.5', '1000.0', '9'.repeat(15), `-${'9'.repeat(15)}.${'9'.repeat(6)}`],
    beyond: [
      ['9'.repeat(16), /at most 15 digits before the decimal point and 6 after it/],
      [`1.${'9'.repeat(7)}`, /at most 15 digits before the decimal point and 6 after it/],
      ['', /is not a value/],
      ['1e3', /is not a value/],
      ['1.', /is not a value/],
      ['.5', /is not a value/],
      ['+1', /is not a value/],
      [' 1', /is not a value/],
      ['1\n', /is not a value/],
      ['0x10', /is not a value/],
      ['١', /is not a value/],
      ['NaN', /is not a value/],
      ['1'.repeat(1_000_000), /is not a value/],
    ],
  },
  dimensions: {
    within: [[], dimensions(1), dimensions(24)],
    beyond: [
      [dimensions(25), /at most 25 together/],
      [Array(9_000).fill('apiproxy'), /at most 25 together/],
      [['apiproxy', 'target', 'apiproxy'], /already dimensions\[0\]/, 'dimensions[2]'],
    ],
  },
  'dimensions[0]': {
    within: ['apiproxy', 'ax_hour_of_day', 'organization'],
    beyond: [
      ['apiprox', /is not a dimension; .*Did you mean "apiproxy"/],
      ['APIPROXY', /is not a dimension/],
      ['', /is not a dimension/],
      ['message_count', /is a metric, not a dimension/],
      ...notKnown(/is not a dimension/),
    ],
  },
  timeRange: {
    within: [
      ...['last60minutes', 'last24hours', 'last7days', 'today', 'yesterday', 'thisWeek', 'lastWeek'],
      ...['thisMonth', 'lastMonth', 'thisQuarter', 'lastQuarter', 'thisYear', 'lastYear'],
    ],
    beyond: [
      ['last8days', /is not a time range; expected last60minutes/],
      ['Last7days', /is not a time range/],
      ['lastmonth', /is not a time range; .*Did you mean "lastMonth"/],
      ['last2weeks', /is not a time range/],
      ['', /is not a time range/],
      [{}, /is required; expected string/, 'timeRange.start'],
      [{ start, end: start, zone: 'UTC' }, /unknown property/, 'timeRange.zone'],
      [{ start, end: start }, /is empty/],
      [{ start, end: '2024-12-31T23:59:59.999Z' }, /is reversed/],
      [{ start, end: '2026-01-01T00:00:00.001Z' }, /expected at most 365 days/],
      ...notKnown(/is not a time range/),
    ],
  },
  'timeRange.start': {
    within: [
      '2025-01-01T23:59:59.999Z',
      // 365 days before the end.
      '2024-01-03T00:00:00Z',
      '2025-01-01T00:00:00',
      '2025-01-01T00:00:00.123456789Z',
      '2024-12-31T19:00:00-05:00',
    ],
    beyond: [
      ['2024-01-02T23:59:59.999Z', /expected at most 365 days/, 'timeRange'],
      ['2025-01-02T00:00:00Z', /is empty/, 'timeRange'],
      ['0000-12-31T23:59:59Z', /in the years 0001 to 9999/],
      ['2025-02-29T00:00:00Z', /is not a date and time/],
      ['2025-01-01', /is not a date and time; expected ISO 8601/],
      ['2025-01-01T24:00:00Z', /is not a date and time/],
      ['2025-01-01 00:00:00Z', /is not a date and time/],
      ['1735689600000', /is not a date and time/],
      ['+012025-01-01T00:00:00Z', /is not a date and time/],
      ['', /is not a date and time/],
      ['1'.repeat(1_000_000), /is not a date and time/],
    ],
  },
  'timeRange.end': {
    within: ['2025-01-01T00:00:00.001Z', '2026-01-01T00:00:00Z', '2025-06-01T00:00:00+05:30'],
    beyond: [
      ['2026-01-01T00:00:00.001Z', /expected at most 365 days/, 'timeRange'],
      ['2025-01-01T00:00:00.000Z', /is empty/, 'timeRange'],
      ['10000-01-01T00:00:00Z', /is not a date and time/],
      ['2025-13-01T00:00:00Z', /is not a date and time/],
      ['tomorrow', /is not a date and time/],
    ],
  },
  limit: {
    within: [1, 2_147_483_647],
    beyond: [
      [0, /expected an integer from 1 to 2147483647/],
      [-1, /expected an integer from 1/],
      [2_147_483_648, /expected an integer from 1 to 2147483647/],
      [2 ** 53, /too big|found/i],
    ],
  },
  filter: {
    within: [filterOf(65_536), "(apiproxy EQ 'it''s') AND (message_count isnot null)"],
    beyond: [
      [filterOf(65_537), /position 1: found 65537 characters; expected at most 65536/],
      ['', /position 1: found the end/],
      ['message_count ge', /position 17: found the end/],
      ...notKnown(/position 1: found .* expected a dimension or metric/),
    ],
  },
  groupByTimeUnit: {
    within: ['second', 'minute', 'hour', 'day', 'week', 'month'],
    beyond: [
      ['year', /is not a time unit; expected second/],
      ['Hour', /is not a time unit/],
      ['hours', /is not a time unit/],
      ['', /is not a time unit/],
      ...notKnown(/is not a time unit/),
    ],
  },
  timeZone: {
    within: [
      'UTC',
      'America/Argentina/Buenos_Aires',
      'Asia/Kolkata',
      'Etc/GMT+12',
      'Etc/GMT-14',
      'europe/warsaw',
    ],
    beyond: [
      [
        'Europe/Warszawa',
        /is not a time zone; expected a name of the tz database.*Did you mean "Europe\/Warsaw"/,
      ],
      ['Etc/GMT+13', /is not a time zone/],
      ['Etc/GMT-15', /is not a time zone/],
      ['CET', /is not a time zone/],
      ['+05:30', /is not a time zone/],
      ['Europe/Warsaw ', /is not a time zone/],
      ['', /is not a time zone/],
      ['x'.repeat(1_000_000), /is not a time zone/],
      ['Europe/Warsaw\u0000', /is not a time zone/],
      ...notKnown(/is not a time zone/),
    ],
  },
  outputFormat: {
    within: ['csv'],
    beyond: [
      ['json', /expected no delimiter unless outputFormat is csv/, 'csvDelimiter'],
      ['JSON', /is not an output format; expected json, csv, parquet or xlsx/],
      ['xml', /is not an output format/],
      ['', /is not an output format/],
      ...notKnown(/is not an output format/),
    ],
  },
  csvDelimiter: {
    within: [',', '|', '\t', String.raw`\t`],
    beyond: [
      [';', /is not a delimiter; expected a comma/],
      [',,', /is not a delimiter/],
      ['', /is not a delimiter/],
      [' ', /is not a delimiter/],
      ['\n', /is not a delimiter/],
      ['"', /is not a delimiter/],
      ...notKnown(/is not a delimiter/),
    ],
  },
  csvBom: { within: [true, false], beyond: [] },
  csvHeader: { within: [true, false], beyond: [] },
  csvSafe: { within: [true, false], beyond: [] },
  reuse: { within: [true, false], beyond: [] },
  name: label,
  reportDefinitionId: label,
};
