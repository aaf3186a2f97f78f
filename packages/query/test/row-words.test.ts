import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue, planQuery, type QueryRequest } from '../src/index.ts';
import { environmentId, openDuckDB, type Fact } from './facts-relation.ts';

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
beforeAll(async () => {
  duckdb = await openDuckDB();
});
afterAll(() => duckdb.close());

const tenant = { organization: 'acme', environment: 'prod', environmentId };
const context = { catalogue, dataset: 'api', tenant, nowMs: Date.UTC(2026, 3, 1) };
const day = { start: '2026-03-02T00:00:00Z', end: '2026-03-03T00:00:00Z' };
const calls = { name: 'message_count', function: 'sum', alias: 'calls' };

type Request = Omit<QueryRequest, 'timeRange'> & Partial<Pick<QueryRequest, 'timeRange'>>;

async function rowsOf(request: Request, facts: readonly Fact[]) {
  const planned = planQuery({ timeRange: day, ...request }, context);
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  return (await duckdb.report(planned.plan, facts)).rows;
}

function faultsOf(request: Request): readonly string[] {
  const planned = planQuery({ timeRange: day, ...request }, context);
  return planned.ok ? [] : planned.faults.map(({ field, message }) => `${field}: ${message}`);
}

/** Facts at an hour of 2 March, one for each call. */
function at(hour: number, apiproxy: string, count: number, values: Partial<Fact> = {}): readonly Fact[] {
  const timestamp = new Date(Date.UTC(2026, 2, 2, hour)).toISOString();
  return Array.from({ length: count }, () => ({ timestamp, apiproxy, message_count: 1, ...values }));
}

const proxies = [...at(1, 'a', 1), ...at(2, 'b', 5), ...at(3, 'c', 3), ...at(4, 'd', 3)];

describe('orderBy', () => {
  test('with a limit returns the greatest rows, ties in the usual order', async () => {
    const request = { metrics: [calls], dimensions: ['apiproxy'], limit: 3 };
    expect(await rowsOf({ ...request, orderBy: [{ column: 'calls', direction: 'desc' }] }, proxies)).toEqual([
      ['5', 'b'],
      ['3', 'c'],
      ['3', 'd'],
    ]);
    const orderBy = [{ column: 'calls' }, { column: 'apiproxy', direction: 'desc' }];
    expect(await rowsOf({ ...request, orderBy }, proxies)).toEqual([
      ['1', 'a'],
      ['3', 'd'],
      ['3', 'c'],
    ]);
  });

  test('compares numbers, not their texts, and puts rows without a value last', async () => {
    const facts = [...at(1, 'a', 9), ...at(1, 'b', 10), ...at(1, 'c', 1, { message_count: null })];
    const request = { metrics: [calls], dimensions: ['apiproxy'] };
    for (const [direction, order] of [
      ['desc', ['b', 'a', 'c']],
      ['asc', ['a', 'b', 'c']],
    ] as const) {
      const rows = await rowsOf({ ...request, orderBy: [{ column: 'calls', direction }] }, facts);
      expect(rows.map(([, proxy]) => proxy)).toEqual(order);
    }
  });
});

describe('others', () => {
  const request: Request = {
    dimensions: ['apiproxy'],
    orderBy: [{ column: 'calls', direction: 'desc' }],
    limit: 1,
    others: true,
  };

  test('adds one row over the facts of all other rows', async () => {
    const facts = proxies.map((fact, index) => ({
      ...fact,
      total_response_time: index,
      client_ip: `${index % 2}`,
    }));
    const time = 'total_response_time';
    const metrics = [
      calls,
      { name: time, function: 'avg', alias: 'average' },
      { name: time, function: 'p50', alias: 'median' },
      { name: 'client_ip', function: 'count_distinct', alias: 'clients' },
      { ...calls, alias: 'share', as: 'share' },
    ];
    // Facts 0 and 6 to 11 are not of b: their sum is 51, the middle one is 8.
    expect(await rowsOf({ ...request, metrics }, facts)).toEqual([
      ['5', 3, 3, '2', 5 / 12, 'b'],
      ['7', 51 / 7, 8, '2', 7 / 12, '(others)'],
    ]);
  });

  test('adds no row if the limit leaves none out', async () => {
    expect(await rowsOf({ ...request, metrics: [calls], limit: 4 }, proxies)).toHaveLength(4);
    expect(await rowsOf({ ...request, metrics: [calls] }, [])).toEqual([]);
  });

  test('covers the rows that having leaves', async () => {
    expect(await rowsOf({ ...request, metrics: [calls], having: 'calls gt 1' }, proxies)).toEqual([
      ['5', 'b'],
      ['6', '(others)'],
    ]);
  });
});

describe('having', () => {
  test('selects rows by metrics, dimensions and buckets', async () => {
    const request = { metrics: [calls], dimensions: ['apiproxy'], groupByTimeUnit: 'hour' };
    const having = "(calls ge 3 and apiproxy ne 'b') or hour eq '2026-03-02 01:00:00 UTC'";
    expect((await rowsOf({ ...request, having }, proxies)).map(([, proxy]) => proxy)).toEqual([
      'a',
      'c',
      'd',
    ]);
  });

  test('names columns that are not words in double quotes', async () => {
    const alias = 'p95 "ms"';
    const metrics = [{ name: 'message_count', function: 'sum', alias }];
    const rows = await rowsOf({ metrics, dimensions: ['apiproxy'], having: '"p95 ""ms""" eq 5' }, proxies);
    expect(rows).toEqual([['5', 'b']]);
    expect(faultsOf({ metrics, having: '"p95 gt 5' })).toEqual([
      'having: position 1: found the unterminated name "\\"p95 gt 5"; expected a closing double quote',
    ]);
    expect(faultsOf({ metrics, filter: '"message_count" gt 5' })).toEqual([
      'filter: position 1: found a double quote; expected text in single quotes',
    ]);
  });

  test('precedes the limit', async () => {
    const rows = await rowsOf(
      { metrics: [calls], dimensions: ['apiproxy'], having: 'calls eq 3', limit: 1 },
      proxies,
    );
    expect(rows).toEqual([['3', 'c']]);
  });
});

describe('a share', () => {
  const share = { ...calls, alias: 'share', as: 'share' };

  test('is the part of the whole range or of its bucket, before having and the limit', async () => {
    const facts = [...at(1, 'a', 1), ...at(1, 'b', 3), ...at(2, 'a', 4)];
    const metrics = [
      share,
      { ...share, alias: 'of_hour', within: 'time' },
      { ...calls, as: 'total', alias: 'all' },
    ];
    const request = { metrics, dimensions: ['apiproxy'], groupByTimeUnit: 'hour' };
    const rows = await rowsOf({ ...request, having: "apiproxy eq 'a'", limit: 1 }, facts);
    expect(rows).toEqual([[1 / 8, 1 / 4, '8', 'a', '2026-03-02 01:00:00 UTC']]);
  });

  test('is divided before its operation', async () => {
    const percent = { ...share, operator: '*', value: '100' };
    const facts = [...at(1, 'a', 1), ...at(1, 'b', 3)];
    expect(await rowsOf({ metrics: [percent], dimensions: ['apiproxy'] }, facts)).toEqual([
      [25, 'a'],
      [75, 'b'],
    ]);
  });

  test('of a whole of 0 has no value', async () => {
    const rows = await rowsOf({ metrics: [share] }, at(1, 'a', 2, { message_count: 0 }));
    expect(rows).toEqual([[null]]);
  });
});

describe('compareTo', () => {
  const moved = (facts: readonly Fact[], days: number) =>
    facts.map((fact) => ({
      ...fact,
      timestamp: new Date(Date.parse(fact.timestamp) - days * 86_400_000).toISOString(),
    }));
  const facts = [...at(1, 'a', 3), ...at(2, 'new', 1), ...moved([...at(1, 'a', 2), ...at(3, 'old', 4)], 1)];

  test('adds the value of the previous period and the relative change, also of rows that are gone', async () => {
    const request = { metrics: [calls], dimensions: ['apiproxy'], compareTo: 'previousPeriod' };
    expect(await rowsOf(request, facts)).toEqual([
      ['3', '2', 0.5, 'a'],
      ['1', null, null, 'new'],
      [null, '4', null, 'old'],
    ]);
  });

  test('matches buckets by their number, and leaves out those beyond the range', async () => {
    const request = { metrics: [calls], groupByTimeUnit: 'hour' };
    const later = [...facts, ...moved(at(23, 'z', 7), 9)];
    const compareTo = { start: '2026-02-21T23:00:00Z', end: '2026-02-28T00:00:00Z' };
    expect(await rowsOf({ ...request, compareTo }, later)).toEqual([
      // The first hour of the compared range is that of the first hour of the day.
      [null, '7', null, '2026-03-02 00:00:00 UTC'],
      ['3', null, null, '2026-03-02 01:00:00 UTC'],
      ['1', null, null, '2026-03-02 02:00:00 UTC'],
    ]);
    const beyond = { ...compareTo, start: '2026-02-20T22:00:00Z' };
    expect((await rowsOf({ ...request, compareTo: beyond }, later)).map((row) => row[1])).toEqual([
      null,
      null,
    ]);
  });

  test.each([
    ['previousPeriod', '2026-03-02T06:00:00Z', '2026-03-02T18:00:00Z', '2026-03-01T18:00:00Z'],
    // Whole months precede as many months, although they are longer.
    ['previousPeriod', '2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z', '2026-02-01T00:00:00Z'],
    ['previousYear', '2028-02-29T00:00:00Z', '2028-03-01T00:00:00Z', '2027-02-28T00:00:00Z'],
  ])('%s of %s to %s begins at %s', (compareTo, start, end, expected) => {
    const planned = planQuery({ metrics: [calls], timeRange: { start, end }, compareTo }, context);
    const range = planned.ok ? planned.plan.comparedRange : undefined;
    expect(new Date(range?.startMs ?? 0).toISOString()).toBe(new Date(expected).toISOString());
  });
});

describe('fillGaps', () => {
  test('adds the buckets without facts: sums and counts are 0, other metrics unknown', async () => {
    const timeRange = { start: '2026-03-02T01:30:00Z', end: '2026-03-02T04:00:00Z' };
    const metrics = [calls, { name: 'total_response_time', function: 'max', alias: 'max' }, { name: 'tps' }];
    const facts = at(3, 'a', 1, { total_response_time: 7 });
    const request = { metrics, groupByTimeUnit: 'hour', timeRange, fillGaps: true };
    expect(await rowsOf(request, facts)).toEqual(
      [
        ['0', null, 0, '2026-03-02 01:00:00 UTC'],
        ['0', null, 0, '2026-03-02 02:00:00 UTC'],
        ['1', 7, 1 / 3600, '2026-03-02 03:00:00 UTC'],
      ].map((row) => row.map((value) => (value === 7 ? '7' : value))),
    );
    const byProxy = await rowsOf({ ...request, metrics: [calls], dimensions: ['apiproxy'] }, [
      ...facts,
      ...at(2, 'b', 2),
    ]);
    expect(byProxy.map(([count, proxy]) => `${String(proxy)}${String(count)}`)).toEqual([
      ...['a0', 'b0', 'a0', 'b2', 'a1', 'b0'],
    ]);
  });
});

describe('a request is refused', () => {
  const report = { metrics: [calls], dimensions: ['apiproxy'] };

  test.each<[Request, string]>([
    [{ ...report, orderBy: [] }, 'orderBy: 0 columns; expected 1 to 25'],
    [
      { ...report, orderBy: [{ column: 'cals' }] },
      'orderBy[0].column: "cals" is not a column of the report; expected one of "calls", "apiproxy". Did you mean "calls"?',
    ],
    [
      { ...report, orderBy: [{ column: 'calls' }, { column: 'calls' }] },
      'orderBy[1].column: "calls" is already orderBy[0]; expected each column once',
    ],
    [
      { ...report, orderBy: [{ column: 'calls', direction: 'DESC' }] },
      'orderBy[0].direction: "DESC" is not a direction; expected asc or desc',
    ],
    [{ ...report, others: true }, 'others: there is no limit, so no row is left; expected a limit'],
    [
      { metrics: [calls], limit: 1, others: true },
      'others: there are no dimensions, so no row is left; expected at least one',
    ],
    [
      { ...report, limit: 1, others: true, groupByTimeUnit: 'hour' },
      'others: the other rows have no bucket in common; expected no time unit',
    ],
    [
      { ...report, limit: 1, others: true, compareTo: 'previousYear' },
      'others: the other rows cannot be compared; expected no compareTo',
    ],
    [
      { ...report, having: 'cals gt 1' },
      'having: position 1: found "cals"; expected a column of the report, one of "calls", "apiproxy". Did you mean "calls"?',
    ],
    [
      { ...report, having: "calls gt 'x'" },
      'having: position 10: found the text "x"; expected a whole number from -9223372036854775808 to 9223372036854775807, because "calls" is of type integer',
    ],
    [
      { ...report, compareTo: 'lastYear' },
      'compareTo: "lastYear" is not a comparison; expected "previousPeriod", "previousYear" or {"start","end"} with ISO 8601 times',
    ],
    [
      { ...report, compareTo: { start: day.end, end: day.start } },
      'compareTo: the range is reversed: end is before start; expected an end after the start',
    ],
    [
      { dimensions: ['apiproxy'], compareTo: 'previousYear' },
      'compareTo: there is no metric to compare; expected at least one',
    ],
    [
      { metrics: [calls, { ...calls, alias: 'calls_change' }], compareTo: 'previousYear' },
      'metrics[1].alias: metrics[1] and metrics[0] would both be the output column "calls_change"; expected different names',
    ],
    [{ ...report, fillGaps: true }, 'fillGaps: there are no buckets; expected a time unit'],
    [
      {
        ...report,
        fillGaps: true,
        groupByTimeUnit: 'second',
        timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T03:46:41Z' },
      },
      'fillGaps: the range has 100001 buckets; expected at most 100000 with fillGaps',
    ],
    [
      { metrics: [{ ...calls, as: 'ratio' }] },
      'metrics[0].as: "ratio" is not a part; expected share or total',
    ],
    [
      { metrics: [{ name: 'total_response_time', function: 'avg', as: 'share' }] },
      'metrics[0].as: a share of avg; expected the function sum, because only sums add up to a whole',
    ],
    [
      { metrics: [{ ...calls, as: 'share', within: 'time' }] },
      'metrics[0].within: "time" needs buckets; expected groupByTimeUnit, or no within',
    ],
    [
      { metrics: [{ ...calls, as: 'share', within: 'day' }] },
      'metrics[0].within: "day" is not a whole; expected "time", or no value for the whole range',
    ],
    [
      { metrics: [{ ...calls, within: 'time' }], groupByTimeUnit: 'hour' },
      'metrics[0].within: "time" is stated without "as"; expected both or neither',
    ],
  ])('%j', (request, fault) => {
    expect(faultsOf(request)).toEqual([fault]);
  });

  test('without a bucket too many', () => {
    const timeRange = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T03:46:40Z' };
    expect(faultsOf({ ...report, fillGaps: true, groupByTimeUnit: 'second', timeRange })).toEqual([]);
  });
});
