import { describe, expect, test } from 'vitest';
import { catalogue, planStats, timeUnits, type StatsRequest } from '../src/index.ts';

const nowMs = Date.UTC(2026, 2, 1, 12, 30, 15, 123);
const context = {
  catalogue,
  dataset: 'api',
  tenant: { organization: 'acme', environment: 'prod', environmentId: 7 },
  nowMs,
};

function result(request: Partial<StatsRequest>) {
  return planStats(
    {
      select: 'sum(message_count),tps',
      dimensions: ['apiproxy'],
      timeRange: '02/01/2026 00:00~02/02/2026 00:00',
      ...request,
    },
    context,
  );
}

function plan(request: Partial<StatsRequest>) {
  const planned = result(request);
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  return planned.plan;
}

/** Expects one fault at this field, with a message that contains all texts. */
function expectFault(request: Partial<StatsRequest>, field: string, ...texts: string[]) {
  const planned = result(request);
  const found = planned.ok ? [] : planned.faults;
  expect(found.map((fault) => fault.field)).toEqual([field]);
  for (const text of texts) expect(found[0]?.message).toContain(text);
}

describe('planStats', () => {
  test('returns a frozen plan of the whole request', () => {
    expect(
      plan({
        select: 'sum(message_count), tps,avg(total_response_time)',
        dimensions: ['apiproxy', 'environment'],
        timeRange: '1/9/2026 0:05~01/10/2026 00:05:30',
        timeUnit: 'quarter',
        filter: '(target is null)',
        sortby: 'avg(total_response_time),tps',
        sort: 'ASC',
        topk: 10,
        limit: 4,
        offset: 2,
        tsAscending: true,
        tzo: -480,
      }),
    ).toEqual({
      version: 1,
      dataset: 'api',
      tenant: { organization: 'acme', environment: 'prod', environmentId: 7 },
      range: { startMs: Date.UTC(2026, 0, 9, 0, 5), endExclusiveMs: Date.UTC(2026, 0, 10, 0, 5, 30) },
      timeUnit: 'quarter',
      utcOffsetMinutes: -480,
      metrics: [
        { metric: 'message_count', function: 'sum', alias: 'sum(message_count)' },
        { metric: 'tps', function: null, alias: 'tps' },
        { metric: 'total_response_time', function: 'avg', alias: 'avg(total_response_time)' },
      ],
      dimensions: ['apiproxy', 'environment'],
      filter: { kind: 'null', field: 'target', negated: false },
      groups: { sortBy: [2, 1], descending: false, offset: 2, limit: 4, newestFirst: false },
      limitRows: 14_401,
      output: { format: 'json' },
    });
  });

  test('defaults to one group above the maximum, ordered by dimensions, newest bucket first', () => {
    const { groups, timeUnit, utcOffsetMinutes } = plan({});
    expect(groups).toEqual({ sortBy: [], descending: false, offset: 0, limit: 14_401, newestFirst: true });
    expect(timeUnit).toBe(null);
    expect(utcOffsetMinutes).toBe(undefined);
  });

  test.each<[string, Partial<StatsRequest>, object]>([
    [
      'topk alone sorts by the first metric, the largest first',
      { topk: 3 },
      { sortBy: [0], descending: true },
    ],
    ['so does sort alone', { sort: 'ASC' }, { sortBy: [0], descending: false }],
    ['sortby alone is descending', { sortby: 'tps' }, { sortBy: [1], descending: true }],
    ['a metric twice sorts once', { sortby: 'tps,tps' }, { sortBy: [1] }],
    ['topk cuts what offset and limit turn pages in', { topk: 5, offset: 3 }, { offset: 3, limit: 2 }],
    ['a page behind topk is empty', { topk: 5, offset: 7 }, { offset: 7, limit: 0 }],
    ['the largest limit and topk', { limit: 14_400, topk: 14_400 }, { limit: 14_400 }],
    ['sort in lower case', { sort: 'desc' }, { descending: true }],
  ])('order: %s', (_title, request, groups) => {
    expect(plan(request).groups).toMatchObject(groups);
  });

  test.each(['last60minutes', 'last24hours', 'last7days'])(
    'the range %s ends at the time of the request',
    (timeRange) => {
      expect(plan({ timeRange }).range.endExclusiveMs).toBe(nowMs);
    },
  );

  test.each(timeUnits)('accepts the time unit %s', (timeUnit) => {
    expect(plan({ timeUnit, timeRange: '02/01/2026 00:00~02/01/2026 01:00' }).timeUnit).toBe(timeUnit);
  });

  test.each([-840, 840, -480, 330, 1])('accepts the offset %d', (tzo) => {
    expect(plan({ tzo }).utcOffsetMinutes).toBe(tzo);
  });

  test('keeps the few offsets of a time zone that a millennium needs', () => {
    const { timeZone } = plan({ timeZone: 'Europe/Warsaw', timeUnit: 'millennium' });
    expect(timeZone?.offsets.map(({ offsetSeconds }) => offsetSeconds)).toEqual([3_600]);
    expect(plan({ timeZone: 'America/New_York', timeUnit: 'century' }).timeZone?.offsets).toHaveLength(1);
  });

  test('a metric without a function has its default function, also in its name', () => {
    expect(plan({ select: 'message_count,total_response_time' }).metrics.map(({ alias }) => alias)).toEqual([
      'sum(message_count)',
      'sum(total_response_time)',
    ]);
  });
});

describe('planStats reports faults', () => {
  test('of metrics, like planQuery', () => {
    expectFault(
      { select: 'sum(mesage_count)' },
      'select',
      '"mesage_count" is not a metric',
      '"message_count"?',
    );
    expectFault({ select: 'sum(apiproxy)' }, 'select', '"apiproxy" is a dimension, not a metric');
    expectFault({ select: 'avg(message_count)' }, 'select', 'no function "avg"', 'expected sum');
    expectFault({ select: 'sum(tps)' }, 'select', 'no function "sum"', 'expected no function');
    expectFault({ select: 'SUM(message_count)' }, 'select', 'no function "SUM"');
    for (const select of [
      '',
      'sum(message_count',
      'sum(message_count),',
      'sum(message_count)/60',
      '1;drop',
    ]) {
      expectFault({ select }, 'select', 'is not a metric');
    }
    expectFault({ select: 'tps,tpm,tps' }, 'select', '"tps" is repeated');
  });

  test('of dimensions, like planQuery', () => {
    expectFault({ dimensions: ['apiprox'] }, 'dimensions[0]', '"apiprox" is not a dimension', '"apiproxy"?');
    expectFault({ dimensions: ['tps'] }, 'dimensions[0]', '"tps" is a metric, not a dimension');
    expectFault({ dimensions: ['target', 'target'] }, 'dimensions[1]', 'expected each dimension once');
  });

  test('of a missing select and timeRange', () => {
    expectFault({ select: undefined }, 'select', 'is required', 'sum(message_count),tps');
    expectFault({ select: undefined, dimensions: [] }, 'select', 'is required');
    expectFault({ timeRange: undefined }, 'timeRange', 'is required', 'MM/DD/YYYY HH:MM');
  });

  test('of more than 25 metrics and dimensions together', () => {
    const functions = ['sum', 'avg', 'min', 'max'];
    const sizes = ['request_size', 'response_size', 'total_response_time', 'target_response_time', 'fees'];
    const items = sizes.flatMap((name) => functions.map((chosen) => `${chosen}(${name})`));
    const select = [...items, 'tps', 'tpm', 'app_count', 'user_count'].join(',');
    expect(plan({ select }).metrics).toHaveLength(24);
    expectFault(
      { select: `${select},developer_count` },
      'select',
      '25 metrics and 1 dimension are 26 columns',
    );
  });

  test.each([
    '',
    '02/01/2026 00:00',
    '02/01/2026 00:00~',
    '02/01/2026 00:00~02/02/2026 24:00',
    '02/01/2026 00:00~02/02/2026 00:60',
    '02/01/2026 00:00~02/30/2026 00:00',
    '13/01/2026 00:00~02/30/2027 00:00',
    '2026-02-01T00:00~2026-02-02T00:00',
    '02/01/26 00:00~02/02/26 00:00',
    '02/01/0999 00:00~02/02/0999 00:00',
    '02/01/2026~02/02/2026',
    '02/01/2026 00:00~02/02/2026 00:00~02/03/2026 00:00',
    'last8days',
    '\0',
  ])('of the range %j', (timeRange) => {
    const planned = result({ timeRange });
    if (planned.ok) throw new Error('accepted');
    for (const { field, message } of planned.faults) {
      expect(field).toBe('timeRange');
      expect(message).toContain('MM/DD/YYYY HH:MM');
    }
  });

  test('of empty, reversed and too long ranges', () => {
    const from = (end: string) => ({ timeRange: `02/01/2026 00:00~${end}` });
    expectFault(from('02/01/2026 00:00'), 'timeRange', 'the range is empty');
    expectFault(from('01/31/2026 23:59'), 'timeRange', 'the range is reversed');
    expect(plan(from('02/01/2027 00:00')).range.endExclusiveMs).toBe(Date.UTC(2027, 1, 1));
    expectFault(from('02/01/2027 00:00:01'), 'timeRange', 'at most 365 days');
  });

  test('of buckets of a second over more than an hour', () => {
    const seconds = (end: string): Partial<StatsRequest> => ({
      timeUnit: 'second',
      timeRange: `02/01/2026 00:00~02/01/2026 ${end}`,
    });
    expect(plan(seconds('01:00:00')).timeUnit).toBe('second');
    expectFault(seconds('01:00:01'), 'timeUnit', 'at most 1 hour');
  });

  test('of time units, sort orders and filters', () => {
    expectFault({ timeUnit: 'days' }, 'timeUnit', '"days"', 'quarter, year, decade, century, millennium');
    expectFault({ sort: 'descending' }, 'sort', '"descending"', 'ASC or DESC');
    expectFault(
      { sortby: 'sum(is_error)' },
      'sortby',
      '"sum(is_error)" is not in select',
      'sum(message_count), tps',
    );
    expectFault({ sortby: 'sum(is_eror)' }, 'sortby', '"is_eror" is not a metric', '"is_error"?');
    expectFault({ filter: "(apiproxi eq 'a')" }, 'filter', 'position 2', '"apiproxy"?');
  });

  test.each<[keyof StatsRequest, readonly number[], string]>([
    ['limit', [0, -1, 14_401, 1.5, Number.NaN], '1 to 14400'],
    ['topk', [0, 14_401], '1 to 14400'],
    ['offset', [-1, 2 ** 31, 0.5], '0 to 2147483647'],
    ['tzo', [-841, 841, 0.5, Number.NaN], '-840 to 840'],
  ])('of %s out of bounds', (field, values, expected) => {
    for (const value of values) expectFault({ [field]: value }, field, String(value), expected);
  });

  test('of a time zone that does not exist, or beside tzo', () => {
    expectFault({ timeZone: 'Europe/Warszawa' }, 'timeZone', 'Did you mean "Europe/Warsaw"?');
    expectFault({ timeZone: 'Europe/Warsaw', tzo: 60 }, 'timeZone', 'together with tzo');
  });

  test('of all parameters at once', () => {
    const planned = result({
      select: 'a',
      dimensions: ['b'],
      timeUnit: 'c',
      sort: 'd',
      limit: 0,
      filter: '',
    });
    const fields = planned.ok ? [] : planned.faults.map(({ field }) => field);
    expect(fields).toEqual(['select', 'dimensions[0]', 'timeUnit', 'filter', 'limit', 'sort']);
  });
});
