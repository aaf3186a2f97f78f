import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { suiteSize } from '@hourglass/testing';
import {
  bindPlan,
  catalogue,
  compileReportLines,
  hotFactsColumns,
  outputColumns,
  planQuery,
  queryTimeUnits,
  withCustomFields,
  type ColumnType,
  type OutputFormat,
  type Plan,
} from '../src/index.ts';
import { environmentId, openDuckDB, type Fact } from './facts-relation.ts';
import { modelCustomFields, modelTexts } from './filter-model.ts';
import { lineOf } from './line-model.ts';
import { expectSameRows } from './expect-same.ts';
import { metricsOf } from './random-metrics.ts';
import { expectedRows } from './report-model.ts';

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
beforeAll(async () => {
  duckdb = await openDuckDB();
});
afterAll(() => duckdb.close());

const start = '2026-02-20T00:00:00Z';
const end = '2026-03-05T00:00:00Z';
const startMs = Date.parse(start);
const endMs = Date.parse(end);
const tenant = { organization: 'acme', environment: 'prod', environmentId };

const api = catalogue.get('api');
if (api === undefined) throw new Error('no dataset');
const dataset = withCustomFields(api, modelCustomFields);
const metricRequests = metricsOf(dataset).filter(({ name }) => name !== 'tps' && name !== 'tpm');
const dimensionNames = dataset.dimensions.map(({ name }) => name);

/** Generates plans of valid requests. */
const plans: fc.Arbitrary<Plan> = fc
  .record({
    metrics: fc.uniqueArray(fc.constantFrom(...metricRequests), { maxLength: 6 }),
    dimensions: fc.uniqueArray(fc.constantFrom(...dimensionNames), { maxLength: 4 }),
    groupByTimeUnit: fc.option(fc.constantFrom(...queryTimeUnits), { nil: undefined }),
    limit: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
  })
  .filter(({ metrics, dimensions }) => metrics.length + dimensions.length > 0)
  .map((request) => {
    const context = {
      catalogue,
      dataset: 'api',
      tenant,
      customFields: modelCustomFields,
      nowMs: endMs,
    };
    const planned = planQuery({ ...request, timeRange: { start, end } }, context);
    if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
    return planned.plan;
  });

const isoTime = (minMs: number, maxMs: number) =>
  fc.integer({ min: minMs, max: maxMs }).map((ms) => new Date(ms).toISOString());

/** Texts that a spreadsheet runs, and ones that only look like them. */
const formulas = ['=1', '+a', '-', '@x', '\t1', '\r', "'=1", "''-", "'a=", ' =1', '\n=1'];

/**
 * Few distinct values, so that groups have several facts; texts with a non-alphabetical binary
 * order.
 */
const valuesOf: Record<ColumnType, fc.Arbitrary<string | number | boolean>> = {
  // DuckDB and JavaScript write the last two differently, or nearly so.
  text: fc.constantFrom(...modelTexts, '\u000b', 'C:\\u000B', ...formulas),
  integer: fc.oneof(fc.constantFrom(-1, 0, 9, 10, 200), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
  decimal: fc
    .tuple(fc.constantFrom('', '-'), fc.integer({ min: 0, max: 10 ** 7 }), fc.stringMatching(/^[0-9]{1,6}$/))
    .map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`),
  // Sums of quarters are exact in any order.
  float: fc.integer({ min: -(2 ** 30), max: 2 ** 30 }).map((quarters) => quarters / 4),
  boolean: fc.boolean(),
  timestamp: fc.oneof(fc.constantFrom('2026-01-01T00:00:00.000Z'), isoTime(startMs, endMs)),
};

/**
 * Generates facts of two environments around the plan's range, with the columns that the plan
 * reads.
 */
function factsFor(plan: Plan): fc.Arbitrary<Fact[]> {
  const columns = hotFactsColumns(bindPlan(plan, catalogue)).slice(2);
  const values = Object.fromEntries(
    columns.map(({ name, type }) => [name, fc.option(valuesOf[type], { freq: 4 })] as const),
  );
  const nearby = fc.constantFrom(startMs - 1, startMs, startMs + 3_600_000, endMs - 1, endMs);
  const fact = fc.record({
    ...values,
    environment_id: fc.constantFrom(environmentId, environmentId, environmentId, environmentId + 1),
    timestamp: fc.oneof(
      nearby.map((ms) => new Date(ms).toISOString()),
      isoTime(startMs - 86_400_000, endMs + 86_400_000),
    ),
  });
  return fc.array(fact, { maxLength: 25 });
}

test('every plan compiles, and its rows equal those of the model', async () => {
  const planAndFacts = plans.chain((plan) => fc.record({ plan: fc.constant(plan), facts: factsFor(plan) }));
  await fc.assert(
    fc.asyncProperty(planAndFacts, async ({ plan, facts }) => {
      const { rows, types } = await duckdb.report(plan, facts);
      const kinds = outputColumns(bindPlan(plan, catalogue)).map(({ kind }) => kind);
      expect(types).toEqual(kinds.map((kind) => (kind === 'float' ? 'DOUBLE' : 'VARCHAR')));
      expectSameRows(rows, expectedRows(plan, facts));
    }),
    { numRuns: suiteSize({ short: 75, full: 300 }) },
  );
});

test('a CSV row of one field without a value is "", because readers skip an empty line', async () => {
  const context = { catalogue, dataset: 'api', tenant, nowMs: startMs };
  const fact = { environment_id: environmentId, timestamp: new Date(startMs).toISOString() };
  for (const [metrics, dimensions, line] of [
    [[{ name: 'response_size' }], [], '""'],
    [[{ name: 'response_size', function: 'avg' }], [], '""'],
    [[{ name: 'response_size' }, { name: 'response_size', function: 'avg', alias: 'b' }], [], ','],
    [[], ['apiproxy'], '(not set)'],
  ] as const) {
    const planned = planQuery(
      { metrics, dimensions, timeRange: { start, end }, outputFormat: 'csv' },
      context,
    );
    if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
    await duckdb.report(planned.plan, [fact]);
    const { sql, parameters } = compileReportLines(bindPlan(planned.plan, catalogue));
    expect((await duckdb.query(sql, [...parameters])).rows).toEqual([[line]]);
  }
});

/** Generates plans with names that SQL, JSON and CSV have to escape. */
const written: fc.Arbitrary<Plan> = fc
  .record({
    plan: plans,
    names: fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom("'", '"', '$1', 'c0', ',')), {
      minLength: 6,
      maxLength: 6,
    }),
    output: fc.constantFrom<OutputFormat>(
      { format: 'json' },
      { format: 'xlsx' },
      { format: 'csv', delimiter: ',' },
      { format: 'csv', delimiter: '|' },
      { format: 'csv', delimiter: '\t' },
      { format: 'csv', delimiter: ',', safe: true },
      { format: 'csv', delimiter: '\t', bom: true, header: false, safe: true },
    ),
  })
  .map(({ plan, names, output }) => ({
    ...plan,
    metrics: plan.metrics.map((metric, index) => ({ ...metric, alias: names[index] ?? metric.alias })),
    output,
  }));

test('the lines of a report are its rows in the output format', async () => {
  const planAndFacts = written.chain((plan) => fc.record({ plan: fc.constant(plan), facts: factsFor(plan) }));
  await fc.assert(
    fc.asyncProperty(planAndFacts, async ({ plan, facts }) => {
      const { rows } = await duckdb.report(plan, facts);
      const columns = outputColumns(bindPlan(plan, catalogue));
      const lines = rows.map((row) => [lineOf(row, columns, plan.output)]);
      const { sql, parameters } = compileReportLines(bindPlan(plan, catalogue));
      expect((await duckdb.query(sql, [...parameters])).rows).toEqual(lines);
    }),
    { numRuns: suiteSize({ short: 20, full: 80 }) },
  );
});

test('the storage order of facts does not change the report', async () => {
  const shuffled = plans.chain((plan) =>
    factsFor(plan).chain((facts) =>
      fc.record({
        plan: fc.constant(plan),
        facts: fc.constant(facts),
        reordered: fc.shuffledSubarray(facts, { minLength: facts.length }),
      }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, async ({ plan, facts, reordered }) => {
      const first = await duckdb.report(plan, facts);
      expect(await duckdb.report(plan, reordered)).toEqual(first);
    }),
    { numRuns: suiteSize({ short: 15, full: 50 }) },
  );
});
