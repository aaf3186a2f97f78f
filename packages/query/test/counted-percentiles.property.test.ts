import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { suiteSize } from '@hourglass/testing';
import {
  bindPlan,
  catalogue,
  hotFactsColumns,
  planQuery,
  type MetricRequest,
  type Plan,
  type QueryRequest,
} from '../src/index.ts';
import { environmentId, openDuckDB, type Fact } from './facts-relation.ts';
import { modelCustomFields } from './filter-model.ts';

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
beforeAll(async () => {
  duckdb = await openDuckDB();
});
afterAll(() => duckdb.close());

const tenant = { organization: 'acme', environment: 'prod', environmentId };
const nowMs = Date.UTC(2026, 3, 1);
const context = { catalogue, dataset: 'api', tenant, customFields: modelCustomFields, nowMs };
const timeRange = { start: '2026-03-01T00:00:00Z', end: '2026-03-04T00:00:00Z' };

/** Integers beyond 2^53, millionths and doubles with all their digits, some of them often. */
const values = {
  total_response_time: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(null, 0, 7, 7, 8, -3) },
    { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }).map(String) },
  ),
  fees: fc.oneof(
    fc.constantFrom(null, '0.1', '0.2', '0.3'),
    fc.integer({ min: -(10 ** 12), max: 10 ** 12 }).map((millionths) => (millionths / 1e6).toFixed(6)),
  ),
  dcRatio: fc.oneof(
    fc.constantFrom(null, 0.1, 0.3),
    fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e300, min: -1e300 }),
  ),
};
const columns = Object.keys(values);

const facts: fc.Arbitrary<Fact[]> = fc.array(
  fc.record({
    timestamp: fc
      .integer({ min: 0, max: 3 * 24 * 60 - 1 })
      .map((minute) => new Date(Date.parse(timeRange.start) + minute * 60_000).toISOString()),
    // A missing text and the one that is shown for it are one group.
    apiproxy: fc.constantFrom(null, '(not set)', '', 'a', 'b'),
    response_status_code: fc.constantFrom(null, 200, 500),
    request_size: fc.oneof(fc.constantFrom(null, 1, 5), fc.nat()),
    total_response_time: values.total_response_time,
    fees: values.fees,
    dcRatio: values.dcRatio,
  }),
  { maxLength: 60 },
);

const percentile = fc.record({
  name: fc.constantFrom(...columns),
  function: fc.constant('percentile'),
  percentile: fc.oneof(
    fc.constantFrom(0, 50, 95, 99.9, 100),
    fc.integer({ min: 0, max: 100_000 }).map((n) => n / 1_000),
  ),
});

/** The first ones can be added, the last one needs the facts. */
const others: readonly MetricRequest[] = [
  { name: 'message_count', function: 'sum' },
  { name: 'fees', function: 'avg' },
  { name: 'request_size', function: 'max' },
  { name: 'request_size', function: 'min' },
  { name: 'tps' },
  { name: 'apiproxy', function: 'count_distinct' },
];

const requests: fc.Arbitrary<QueryRequest> = fc
  .record({
    percentiles: fc.array(percentile, { minLength: 1, maxLength: 4 }),
    others: fc.uniqueArray(fc.constantFrom(...others), { maxLength: 3 }),
    dimensions: fc.subarray(['apiproxy', 'response_status_code']),
    groupByTimeUnit: fc.constantFrom(undefined, undefined, 'hour', 'day', 'month'),
  })
  .map(({ percentiles, others: chosen, ...grouped }) => ({
    ...grouped,
    metrics: [...percentiles, ...chosen].map((metric, index) => ({ ...metric, alias: `m${index}` })),
    timeRange,
  }));

function planOf(request: QueryRequest): Plan {
  const planned = planQuery(request, context);
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  return planned.plan;
}

/** The percentile of all facts, by sorting: of n values the rank (n - 1) * p / 100, interpolated. */
function sortedPercentile(some: readonly Fact[], column: string, wanted: number): number | null {
  const present = some.map((fact) => fact[column] ?? null).filter((value) => value !== null);
  const sorted =
    column === 'total_response_time'
      ? present
          .map((value) => BigInt(String(value)))
          .toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
          .map(Number)
      : present.map(Number).toSorted((a, b) => a - b);
  if (sorted.length === 0) return null;
  const rank = (sorted.length - 1) * Number(`${wanted}e-2`);
  const [low = 0, high = 0] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  const fraction = rank - Math.floor(rank);
  return low * (1 - fraction) + high * fraction;
}

test('percentiles have the same bits whether values are counted or collected, with whatever is beside them', async () => {
  const count = suiteSize({ short: 60, full: 400 });
  let rowsSeen = 0;
  await fc.assert(
    fc.asyncProperty(facts, fc.array(requests, { minLength: 3, maxLength: 3 }), async (some, chosen) => {
      for (const request of chosen) {
        const plan = planOf(request);
        await duckdb.load(hotFactsColumns(bindPlan(plan, catalogue)), some);
        const collected = await duckdb.reportLoaded(plan);
        const counted = await duckdb.reportLoaded(plan, catalogue, { countsValues: true });
        expect(counted).toEqual(collected);
        rowsSeen += counted.rows.length;
        if (plan.dimensions.length > 0 || plan.timeUnit !== null || some.length === 0) continue;
        const expected = plan.metrics
          .filter(({ function: name }) => name === 'percentile')
          .map(({ metric, percentile: wanted = 0 }) => sortedPercentile(some, metric, wanted));
        expect(counted.rows[0]?.slice(0, expected.length)).toEqual(expected);
      }
    }),
    { numRuns: count },
  );
  expect(rowsSeen).toBeGreaterThan(count);
}, 240_000);
