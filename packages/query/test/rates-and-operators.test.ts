import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindPlan, catalogue, outputColumns, type Plan, type PlannedMetric } from '../src/index.ts';
import { examplePlan, openDuckDB, type Fact } from './facts-relation.ts';

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
beforeAll(async () => {
  duckdb = await openDuckDB();
});
afterAll(() => duckdb.close());

const tps: PlannedMetric = { metric: 'tps', function: null, alias: 'tps' };
const tpm: PlannedMetric = { metric: 'tpm', function: null, alias: 'tpm' };
const rates = { metrics: [tps, tpm] };
const calls = (timestamp: string, count: number): Fact => ({ timestamp, message_count: count });

test.each<[string, Partial<Plan>, Fact[], unknown[][]]>([
  ['second', { timeUnit: 'second' }, [calls('2026-03-01T00:00:00.5', 3)], [[3, 180]]],
  [
    'minute',
    { timeUnit: 'minute' },
    [calls('2026-03-01T00:00:59', 150), calls('2026-03-01T00:00:00', 0)],
    [[2.5, 150]],
  ],
  ['hour', { timeUnit: 'hour' }, [calls('2026-03-01T00:59:59', 7_200)], [[2, 120]]],
  ['day', { timeUnit: 'day' }, [calls('2026-03-01T00:59:59', 86_400)], [[1, 60]]],
  ['week', { timeUnit: 'week' }, [calls('2026-03-01T00:59:59', 604_800)], [[1, 60]]],
  [
    'month: its real length',
    { timeUnit: 'month' },
    [calls('2026-02-10T00:00:00', 28 * 1_440), calls('2026-03-31T23:59:59', 31 * 1_440)],
    [
      [1 / 60, 1],
      [1 / 60, 1],
    ],
  ],
  [
    'no unit: the whole range',
    { range: { startMs: Date.UTC(2026, 0, 1), endExclusiveMs: Date.UTC(2026, 0, 1, 0, 0, 2, 500) } },
    [calls('2026-01-01T00:00:00', 5)],
    [[2, 120]],
  ],
  [
    'the full unit at the edges of the range',
    {
      timeUnit: 'hour',
      range: { startMs: Date.UTC(2026, 0, 1, 0, 59), endExclusiveMs: Date.UTC(2026, 0, 1, 1, 1) },
    },
    [calls('2026-01-01T00:59:00', 3_600), calls('2026-01-01T01:00:59', 1_800)],
    [
      [1, 60],
      [0.5, 30],
    ],
  ],
])('rates per second and minute: %s', async (_, parts, facts, expected) => {
  const plan = examplePlan({ ...rates, ...parts });
  const { rows, types } = await duckdb.report(plan, facts);
  expect(rows.map((row) => row.slice(0, 2))).toEqual(expected);
  expect(types.slice(0, 2)).toEqual(['DOUBLE', 'DOUBLE']);
  expect(
    outputColumns(bindPlan(plan, catalogue))
      .map(({ kind }) => kind)
      .slice(0, 2),
  ).toEqual(['float', 'float']);
});

const size = (name: 'sum' | 'avg' | 'min') => ({ metric: 'response_size', function: name });
test.each<
  [string, Omit<PlannedMetric, 'alias' | 'operation'>, '+' | '-' | '*' | '/' | '%', string, string | number]
>([
  ['a division is always a float', size('sum'), '/', '2', -4],
  ['a division by a number with a point', size('sum'), '/', '1000.0', -0.008],
  ['whole numbers stay whole', size('sum'), '+', '7', '-1'],
  ['a point makes a float', size('sum'), '+', '7.0', -1],
  ['a negative value', size('sum'), '-', '-2', '-6'],
  ['a remainder has the sign of what is divided', size('sum'), '%', '3', '-2'],
  ['also when the divisor is negative', size('min'), '%', '-3', '0'],
  ['a remainder of a float', size('sum'), '%', '3.5', -1],
  ['an average is a float', size('avg'), '*', '3', -12],
  ['amounts are floats', { metric: 'fees', function: 'sum' }, '*', '2', 0.5],
  ['a count is whole', { metric: 'app_count', function: null }, '-', '1', '1'],
  ['a rate is a float', { metric: 'tps', function: null }, '*', '31536000', 2],
  ['nothing stays nothing', { metric: 'cache_hit', function: 'sum' }, '+', '1', 'null'],
])('%s', async (_, metric, operator, value, expected) => {
  const facts: Fact[] = [
    {
      timestamp: '2026-03-01T00:00:00',
      message_count: 1,
      response_size: -9,
      fees: '0.2',
      developer_app: 'a',
    },
    {
      timestamp: '2026-03-01T00:00:00',
      message_count: 1,
      response_size: 1,
      fees: '0.05',
      developer_app: 'b',
    },
  ];
  const plan = examplePlan({ metrics: [{ ...metric, alias: 'x', operation: { operator, value } }] });
  const { rows, types } = await duckdb.report(plan, facts);
  const kind = outputColumns(bindPlan(plan, catalogue))[0]?.kind;
  expect(rows).toEqual([[expected === 'null' ? null : expected]]);
  expect(types).toEqual([kind === 'float' ? 'DOUBLE' : 'VARCHAR']);
  if (expected !== 'null') expect(kind).toBe(typeof expected === 'number' ? 'float' : 'text');
});

test('the largest product of integers keeps every digit', async () => {
  const metrics: PlannedMetric[] = [
    {
      metric: 'response_size',
      function: 'max',
      alias: 'x',
      operation: { operator: '*', value: '999999999' },
    },
  ];
  const facts = [{ timestamp: '2026-03-01T00:00:00', response_size: 2n ** 63n - 1n }];
  expect((await duckdb.report(examplePlan({ metrics }), facts)).rows).toEqual([
    [String((2n ** 63n - 1n) * 999_999_999n)],
  ]);
});
