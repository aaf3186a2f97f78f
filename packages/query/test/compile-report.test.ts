import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bindPlan,
  catalogue,
  compileReport,
  outputColumns,
  type Plan,
  type PlannedMetric,
} from '../src/index.ts';
import { examplePlan, openDuckDB, type Fact } from './facts-relation.ts';

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
beforeAll(async () => {
  duckdb = await openDuckDB();
});
afterAll(() => duckdb.close());

const calls: PlannedMetric = { metric: 'message_count', function: 'sum', alias: 'calls' };
const range = `where "environment_id" = cast($1 as integer) and "timestamp" >= cast($2 as timestamp) and "timestamp" < cast($3 as timestamp)`;
const rangeValues = [7, '2026-01-01T00:00:00.000', '2027-01-01T00:00:00.000'];
const minute = `date_trunc('minute', "timestamp")`;
const apiproxy = `coalesce("apiproxy", '(not set)')`;

interface Example {
  readonly title: string;
  readonly plan: Plan;
  readonly facts: readonly Fact[];
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
  readonly types: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

const examples: readonly Example[] = [
  {
    title: 'calls and average time by minute and proxy, limited',
    plan: examplePlan({
      metrics: [calls, { metric: 'total_response_time', function: 'avg', alias: 'average' }],
      dimensions: ['apiproxy'],
      timeUnit: 'minute',
      limitRows: 3,
    }),
    facts: [
      { timestamp: '2026-03-01T12:01:59.999', apiproxy: 'b', message_count: 1, total_response_time: 10 },
      { timestamp: '2026-03-01T12:01:00.000', apiproxy: 'b', message_count: 1, total_response_time: 15 },
      { timestamp: '2026-03-01T12:01:30.000', apiproxy: 'a', message_count: 1 },
      { timestamp: '2026-03-01T12:00:00.000', apiproxy: 'c', message_count: 5, total_response_time: 0 },
      { timestamp: '2026-03-01T12:02:00.000', apiproxy: 'a', message_count: 1, total_response_time: 1 },
    ],
    sql:
      `select cast("v0" as varchar) as "c0", cast("v1" as double) as "c1", coalesce("v2", '(not set)') as "c2", ` +
      `strftime("v3", '%Y-%m-%d %H:%M:%S UTC') as "c3" from (` +
      `select sum("message_count") as "v0", ` +
      `cast(sum("total_response_time") as double) / count("total_response_time") as "v1", ` +
      `${apiproxy} as "v2", ${minute} as "v3" from "facts" as "facts" ${range} ` +
      `group by ${minute}, ${apiproxy} ` +
      `order by ${minute} asc nulls last, coalesce(${apiproxy}, '(not set)') asc nulls last limit cast($4 as bigint)) as "facts"`,
    parameters: [...rangeValues, 3],
    types: ['VARCHAR', 'DOUBLE', 'VARCHAR', 'VARCHAR'],
    rows: [
      ['5', 0, 'c', '2026-03-01 12:00:00 UTC'],
      ['1', null, 'a', '2026-03-01 12:01:00 UTC'],
      ['2', 12.5, 'b', '2026-03-01 12:01:00 UTC'],
    ],
  },
  {
    title: 'a total over the whole range',
    plan: examplePlan({
      metrics: [
        { metric: 'error_count', function: 'sum', alias: 'errors' },
        { metric: 'user_count', function: null, alias: 'users' },
      ],
    }),
    facts: [
      { timestamp: '2026-03-01T12:01:59', is_error: 1, client_ip: '10.0.0.1' },
      { timestamp: '2026-12-31T23:59:59.999', is_error: 1, client_ip: '10.0.0.2' },
      { timestamp: '2026-01-01T00:00:00', is_error: 0, client_ip: '10.0.0.1' },
      { timestamp: '2026-01-02T00:00:00' },
    ],
    sql:
      `select cast("v0" as varchar) as "c0", cast("v1" as varchar) as "c1" from (` +
      `select sum("is_error") as "v0", count(distinct "client_ip") as "v1" ` +
      `from "facts" as "facts" ${range} having count(*) > 0) as "facts"`,
    parameters: rangeValues,
    types: ['VARCHAR', 'VARCHAR'],
    rows: [['2', '2']],
  },
  {
    title: 'dimensions alone are their distinct combinations; integers come by value, without a value last',
    plan: examplePlan({ dimensions: ['organization', 'response_status_code', 'environment'] }),
    facts: [
      { timestamp: '2026-03-01T12:00:00', response_status_code: 1000 },
      { timestamp: '2026-03-01T12:00:01', response_status_code: 200 },
      { timestamp: '2026-03-01T12:00:02' },
      { timestamp: '2026-03-01T12:00:03', response_status_code: 200 },
    ],
    sql:
      `select cast($1 as varchar) as "c0", coalesce(cast("v1" as varchar), '(not set)') as "c1", ` +
      `cast($2 as varchar) as "c2" from (select "response_status_code" as "v1" from "facts" as "facts" ` +
      `${range.replace(/\$(\d)/g, (_, n) => `$${Number(n) + 2}`)} ` +
      `group by "response_status_code" order by "response_status_code" asc nulls last) as "facts"`,
    parameters: ['acme', 'prod', ...rangeValues],
    types: ['VARCHAR', 'VARCHAR', 'VARCHAR'],
    rows: [
      ['acme', '200', 'prod'],
      ['acme', '1000', 'prod'],
      ['acme', '(not set)', 'prod'],
    ],
  },
];

describe('compileReport', () => {
  test.each(examples)('$title: text, parameters, types and rows', async (example) => {
    const statement = compileReport(bindPlan(example.plan, catalogue));
    expect(statement.sql).toBe(example.sql);
    expect(statement.parameters).toEqual(example.parameters);
    const report = await duckdb.report(example.plan, example.facts);
    expect(report.types).toEqual(example.types);
    expect(report.rows).toEqual(example.rows);
  });

  test('reads only facts of its environment', async () => {
    const plan = examplePlan({ metrics: [calls], dimensions: ['apiproxy', 'environment'] });
    const facts: Fact[] = [
      { timestamp: '2026-03-01T12:00:00', apiproxy: 'ours', message_count: 1 },
      { environment_id: 8, timestamp: '2026-03-01T12:00:00', apiproxy: 'ours', message_count: 100 },
      { environment_id: 8, timestamp: '2026-03-01T12:00:00', apiproxy: 'theirs', message_count: 100 },
      { environment_id: 70, timestamp: '2026-03-01T12:00:00', apiproxy: 'others', message_count: 100 },
    ];
    expect((await duckdb.report(plan, facts)).rows).toEqual([['1', 'ours', 'prod']]);
    const theirs = { ...plan, tenant: { organization: 'acme', environment: 'test', environmentId: 8 } };
    expect((await duckdb.report(theirs, facts)).rows).toEqual([
      ['100', 'ours', 'test'],
      ['100', 'theirs', 'test'],
    ]);
  });

  test('includes the start of the range and excludes its end, to the millisecond', async () => {
    const startMs = Date.UTC(2026, 0, 1, 0, 0, 0, 500);
    const plan = examplePlan({ metrics: [calls], range: { startMs, endExclusiveMs: startMs + 1000 } });
    const facts = [-1, 0, 999, 1000].map((offsetMs, index) => ({
      timestamp: new Date(startMs + offsetMs).toISOString(),
      message_count: 10 ** index,
    }));
    expect((await duckdb.report(plan, facts)).rows).toEqual([['110']]);
  });

  test.each<[string, Partial<Plan>]>([
    ['a total', { metrics: [calls] }],
    [
      'a distinct count, which alone would be 0',
      { metrics: [{ metric: 'app_count', function: null, alias: 'apps' }] },
    ],
    ['the tenant alone', { dimensions: ['organization'] }],
    ['a group', { metrics: [calls], dimensions: ['apiproxy'], timeUnit: 'day' }],
  ])('no facts make no rows: %s', async (_title, parts) => {
    const elsewhere = { environment_id: 8, timestamp: '2026-03-01T12:00:00', message_count: 1 };
    expect((await duckdb.report(examplePlan(parts), [elsewhere])).rows).toEqual([]);
  });

  test("the tenant's dimensions alone make one row if there are facts", async () => {
    const facts = [{ timestamp: '2026-03-01T12:00:00' }, { timestamp: '2026-03-02T12:00:00' }];
    const plan = examplePlan({ dimensions: ['environment', 'organization'], limitRows: 5 });
    expect((await duckdb.report(plan, facts)).rows).toEqual([['prod', 'acme']]);
  });

  test('a missing value and the text "(not set)" are one row; an empty text is another', async () => {
    const facts = [undefined, '(not set)', '', 'x'].map((target) => ({
      timestamp: '2026-03-01T12:00:00',
      message_count: 1,
      target,
    }));
    expect(
      (await duckdb.report(examplePlan({ metrics: [calls], dimensions: ['target'] }), facts)).rows,
    ).toEqual([
      ['1', ''],
      ['2', '(not set)'],
      ['1', 'x'],
    ]);
  });

  test('sums and extremes of integers keep every digit, beyond 2^53 and 2^63', async () => {
    const biggest = 2n ** 63n - 1n;
    const facts = [biggest, biggest, 1n].map((response_size) => ({
      timestamp: '2026-03-01T12:00:00',
      response_size,
    }));
    const metrics = (['sum', 'min', 'max', 'avg'] as const).map((name) => ({
      metric: 'response_size',
      function: name,
      alias: name,
    }));
    expect((await duckdb.report(examplePlan({ metrics }), facts)).rows).toEqual([
      ['18446744073709551615', '1', '9223372036854775807', 2 ** 64 / 3],
    ]);
  });

  test('sums of decimals are exact in any order of the facts', async () => {
    const amounts = ['1000000000.000001', ...Array.from({ length: 100 }, () => '0.1'), '-1000000000.000001'];
    const metrics = (['sum', 'avg', 'min', 'max'] as const).map((name) => ({
      metric: 'fees',
      function: name,
      alias: name,
    }));
    for (const ordered of [amounts, amounts.toReversed(), amounts.toSorted()]) {
      const facts = ordered.map((fees) => ({ timestamp: '2026-03-01T12:00:00', fees }));
      const report = await duckdb.report(examplePlan({ metrics }), facts);
      expect(report.types).toEqual(['DOUBLE', 'DOUBLE', 'DOUBLE', 'DOUBLE']);
      expect(report.rows).toEqual([[10, 10 / 102, -1000000000.000001, 1000000000.000001]]);
    }
  });

  test('a metric without any value is null for every function, and a count is 0', async () => {
    const functions = ['sum', 'avg', 'min', 'max'] as const;
    const metrics: PlannedMetric[] = [
      ...functions.map((name) => ({ metric: 'target_response_time', function: name, alias: name })),
      ...functions.map((name) => ({ metric: 'fees', function: name, alias: `fees_${name}` })),
      { metric: 'developer_count', function: null, alias: 'developers' },
    ];
    const report = await duckdb.report(examplePlan({ metrics }), [{ timestamp: '2026-03-01T12:00:00' }]);
    expect(report.rows).toEqual([[...Array.from({ length: 8 }, () => null), '0']]);
  });

  test('a timestamp dimension has one row per millisecond, ordered by time, missing values last', async () => {
    const facts: Fact[] = [
      '2026-02-01T00:00:00.0451',
      undefined,
      '2026-02-01T00:00:00.0459',
      '2026-01-01T10:00:00',
      '1969-12-31T23:59:59.9999',
    ].map((created) => ({ timestamp: '2026-03-01T12:00:00', message_count: 1, created }));
    expect(
      (await duckdb.report(examplePlan({ metrics: [calls], dimensions: ['created'] }), facts)).rows,
    ).toEqual([
      ['1', '1969-12-31 23:59:59.999 UTC'],
      ['1', '2026-01-01 10:00:00.000 UTC'],
      ['2', '2026-02-01 00:00:00.045 UTC'],
      ['1', '(not set)'],
    ]);
  });

  test('compiles the parts of the timestamp', async () => {
    const facts = [
      '2026-03-01T00:00:00',
      '2026-03-07T23:59:59.999',
      '2026-03-08T09:00:00',
      '2026-12-31T22:30:00',
    ].map((timestamp) => ({ timestamp }));
    const dimensions = ['ax_month_of_year', 'ax_week_of_month', 'ax_day_of_week', 'ax_hour_of_day'];
    expect((await duckdb.report(examplePlan({ dimensions }), facts)).rows).toEqual([
      ['03', '1', 'Sat', '23'],
      ['03', '1', 'Sun', '00'],
      ['03', '2', 'Sun', '09'],
      ['12', '5', 'Thu', '22'],
    ]);
  });

  test('throws for a plan with names that the dataset does not have', () => {
    expect(() =>
      compileReport(bindPlan(examplePlan({ dimensions: ['facts"; drop table facts; --'] }), catalogue)),
    ).toThrow(/no dimension/);
    expect(() =>
      compileReport(bindPlan(examplePlan({ metrics: [{ ...calls, metric: 'nothing' }] }), catalogue)),
    ).toThrow(/no metric/);
    expect(() => compileReport(bindPlan(examplePlan({ dataset: 'nothing' }), catalogue))).toThrow(
      /no dataset/,
    );
    expect(() =>
      compileReport(bindPlan(examplePlan({ metrics: [{ ...calls, function: null }] }), catalogue)),
    ).toThrow(/needs a function/);
  });

  test('hostile names and values are treated as data', async () => {
    const hostile = `"; drop table facts; --`;
    const hostileText = `'); drop table facts; --`;
    const plan = examplePlan({
      tenant: { organization: hostileText, environment: hostile, environmentId: 7 },
      metrics: [
        { ...calls, alias: hostile },
        { ...calls, alias: hostileText },
      ],
      dimensions: ['organization', 'environment', 'target'],
    });
    const report = await duckdb.report(plan, [
      { timestamp: '2026-03-01T12:00:00', message_count: 1, target: hostileText },
    ]);
    expect(report.rows).toEqual([['1', '1', hostileText, hostile, hostileText]]);
    expect((await duckdb.query('select count(*) from facts')).rows).toEqual([[1n]]);
    expect(compileReport(bindPlan(plan, catalogue)).sql).not.toContain('drop');
    expect(outputColumns(bindPlan(plan, catalogue)).map(({ name }) => name)).toEqual([
      hostile,
      hostileText,
      'organization',
      'environment',
      'target',
    ]);
  });
});

test('outputColumns lists metrics, dimensions and the time column; averages and decimals are floats', () => {
  const plan = examplePlan({
    metrics: [
      { metric: 'response_size', function: 'sum', alias: 'a' },
      { metric: 'response_size', function: 'avg', alias: 'b' },
      { metric: 'response_size', function: 'min', alias: 'c' },
      { metric: 'response_size', function: 'max', alias: 'd' },
      { metric: 'fees', function: 'sum', alias: 'e' },
      { metric: 'fees', function: 'min', alias: 'f' },
      { metric: 'user_count', function: null, alias: 'g' },
      { metric: 'error_count', function: 'sum', alias: 'h' },
    ],
    dimensions: ['response_status_code', 'created', 'apiproxy'],
    timeUnit: 'week',
  });
  expect(outputColumns(bindPlan(plan, catalogue)).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'a text',
    'b float',
    'c text',
    'd text',
    'e float',
    'f float',
    'g text',
    'h text',
    'response_status_code text',
    'created text',
    'apiproxy text',
    'week text',
  ]);
  expect(outputColumns(bindPlan({ ...plan, timeUnit: null }, catalogue))).toHaveLength(11);
});
