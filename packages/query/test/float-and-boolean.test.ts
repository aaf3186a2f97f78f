import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bindPlan,
  checkCatalogue,
  outputColumns,
  planQuery,
  printFilter,
  readFilter,
  type Catalogue,
  type Dataset,
  type QueryRequest,
} from '../src/index.ts';
import { environmentId, openDuckDB, type Fact } from './facts-relation.ts';

/** Names in mixed case and SQL keywords. */
const readings: Dataset = {
  name: 'readings',
  hotTable: 'hot_readings',
  takesCustomFields: false,
  records: [],
  dimensions: [
    { name: 'isTest', description: 'Of a test.', source: { kind: 'column', type: 'boolean' } },
    { name: 'Order', description: 'An order.', source: { kind: 'column', type: 'text' } },
  ],
  metrics: [
    {
      name: 'usdRate',
      description: 'A rate.',
      unit: 'dollars',
      functions: ['sum', 'avg', 'min', 'max'],
      partials: ['sum', 'count', 'min', 'max'],
      source: { kind: 'column', type: 'float' },
    },
  ],
};
const catalogue: Catalogue = new Map([['readings', readings]]);
const timestamp = '2026-03-01T12:00:00';

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
beforeAll(async () => {
  checkCatalogue(catalogue);
  duckdb = await openDuckDB();
});
afterAll(() => duckdb.close());

function planOf(request: Omit<QueryRequest, 'timeRange'>) {
  const planned = planQuery(
    { ...request, timeRange: { start: '2026-01-01T00:00:00', end: '2026-12-01T00:00:00' } },
    {
      catalogue,
      dataset: 'readings',
      tenant: { organization: 'acme', environment: 'prod', environmentId },
      nowMs: 0,
    },
  );
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  return planned.plan;
}

test('floats are aggregated and compared as floats; booleans are shown and ordered', async () => {
  const plan = planOf({
    metrics: [
      { name: 'usdRate', function: 'sum' },
      { name: 'usdRate', function: 'avg' },
      { name: 'usdRate', function: 'min' },
      { name: 'usdRate', function: 'max', operator: '*', value: '2' },
    ],
    dimensions: ['isTest'],
  });
  const facts: Fact[] = [
    { timestamp, isTest: true, usdRate: 1e16 },
    { timestamp, isTest: true, usdRate: 1 },
    { timestamp, isTest: true, usdRate: 1 },
    { timestamp, usdRate: 1.5e-7 },
    { timestamp, isTest: false },
  ];
  const { rows, types } = await duckdb.report(plan, facts, catalogue);
  // A naive sum would lose both ones: 1e16 + 1 is 1e16.
  expect(rows).toEqual([
    [null, null, null, null, 'false'],
    [10_000_000_000_000_002, 10_000_000_000_000_002 / 3, 1, 2e16, 'true'],
    [1.5e-7, 1.5e-7, 1.5e-7, 3e-7, '(not set)'],
  ]);
  expect(types).toEqual(['DOUBLE', 'DOUBLE', 'DOUBLE', 'DOUBLE', 'VARCHAR']);
  expect(outputColumns(bindPlan(plan, catalogue)).map(({ kind }) => kind)).toEqual([
    'float',
    'float',
    'float',
    'float',
    'text',
  ]);
});

test.each([
  ['isTest eq true', ['b']],
  ["isTest ne 'TRUE'", ['a']],
  ['isTest in True,false', ['a', 'b']],
  ['isTest lt true', ['a']],
  ['isTest is null', ['c', 'd']],
  ["isTest like 'f%'", ['a']],
  ['usdRate eq 0.1', ['a']],
  ["usdRate eq '1e-1'", ['a']],
  ["usdRate gt 0.1 and usdRate le '2.5E+0'", ['b']],
  ["usdRate notin '0.10',2.5", ['c']],
  ["usdRate like '_'", ['c']],
  ["usdRate similar to '(0|2).[15]'", ['a', 'b']],
  ["Order gt 'b'", ['c', 'd']],
])('%s', async (filter, expected) => {
  const plan = planOf({ dimensions: ['Order'], filter });
  const facts: Fact[] = [
    { timestamp, Order: 'a', usdRate: 0.1, isTest: false },
    { timestamp, Order: 'b', usdRate: 2.5, isTest: true },
    { timestamp, Order: 'c', usdRate: -3 + 6 },
    { timestamp, Order: 'd' },
  ];
  const { rows } = await duckdb.report(plan, facts, catalogue);
  expect(rows.flat()).toEqual(expected);
  if (plan.filter === null) throw new Error('no filter');
  expect(readFilter(printFilter(plan.filter), readings)).toEqual({ ok: true, filter: plan.filter });
});

test.each([
  ['isTest eq 1', 'found "1"; expected true or false, because "isTest" is of type boolean'],
  ["isTest eq 'yes'", 'found the text "yes"; expected true or false'],
  ['usdRate eq true', 'found "true"; expected a number such as 1.5'],
  ["usdRate eq 'NaN'", 'found the text "NaN"; expected a number'],
  ["usdRate eq '1e999'", 'found the text "1e999"; expected a number'],
])('%s is refused', (filter, message) => {
  const result = readFilter(filter, readings);
  expect(result.ok ? '' : result.message).toContain(message);
});
