import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bindPlan,
  catalogue,
  compileReport,
  planQuery,
  rankedRows,
  type BoundPlan,
  type GroupChoice,
  type MetricRequest,
  type Plan,
  type QueryRequest,
} from '@hourglass/query';
import { suiteSize, temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { modelCustomFields } from '../../query/test/filter-model.ts';
import { copyFactsOfTopGroups, dropTopFacts } from '../src/copy-top-facts.ts';
import { createFactsView } from '../src/facts-view.ts';
import { runStatement } from '../src/statements.ts';
import { taskOver, type Fact } from './hot-facts-file.ts';

const { signal } = new AbortController();
const environmentId = 7;
const tenant = { organization: 'acme', environment: 'prod', environmentId };
const nowMs = Date.UTC(2026, 3, 1);
const context = { catalogue, dataset: 'api', tenant, customFields: modelCustomFields, nowMs };
const startMs = Date.UTC(2026, 2, 1);
const dayMs = 24 * 3_600_000;
const timeRange = { start: '2026-03-01T00:00:00Z', end: '2026-03-04T00:00:00Z' };
const limits = { memoryMb: 256, threads: 1, maxSpillMb: 64 };

let folder: TemporaryFolder;
let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  folder = await temporaryFolder();
  instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await instance.connect();
});
afterAll(async () => {
  connection.closeSync();
  instance.closeSync();
  await folder.remove();
});

/** Integers beyond 2^53 of both signs, and many equal values, so that rows tie at the limit. */
const integers = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(null, 0, 7, 7, 8, -3) },
  { weight: 2, arbitrary: fc.integer({ min: -1_000, max: 1_000 }) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }).map(String) },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 60n, max: 2n ** 60n + 9n }).map(String) },
);

const facts: fc.Arbitrary<Fact[]> = fc.array(
  fc.record({
    environment_id: fc.constantFrom(environmentId, environmentId, environmentId, 8),
    timestamp: fc.integer({ min: 0, max: 3 * dayMs - 1 }).map((ms) => startMs + ms),
    // A missing text and the one that is shown for it are one group.
    apiproxy: fc.constantFrom(null, '(not set)', '', 'a', 'b', 'c', 'd', 'e', 'f', 'g'),
    response_status_code: fc.constantFrom(null, 200, 404, 500),
    total_response_time: integers,
    fees: fc.oneof(
      fc.constantFrom(null, '0.1', '0.1', '0.2', '0.3'),
      fc.integer({ min: -(10 ** 12), max: 10 ** 12 }).map((millionths) => (millionths / 1e6).toFixed(6)),
    ),
    message_count: fc.constant(1),
  }),
  { minLength: 30, maxLength: 90, size: 'max' },
);

const columns = fc.constantFrom('total_response_time', 'fees');
const ranking: fc.Arbitrary<MetricRequest> = fc.oneof(
  fc.record({ name: columns, function: fc.constantFrom('min', 'max', 'avg') }),
  fc.record({
    name: columns,
    function: fc.constant('percentile'),
    percentile: fc.oneof(
      fc.constantFrom(0, 50, 95, 99.9, 100),
      fc.integer({ min: 0, max: 100_000 }).map((n) => n / 1_000),
    ),
  }),
);
const further: readonly MetricRequest[] = [
  { name: 'message_count', function: 'sum', alias: 'calls' },
  { name: 'apiproxy', function: 'count_distinct', alias: 'proxies' },
  { name: 'total_response_time', function: 'percentile', percentile: 50, alias: 'median' },
];

interface RankedRequest {
  readonly request: QueryRequest;
  readonly choice: Omit<GroupChoice, 'sortBy' | 'descending'> | null;
}

const rankedRequests: fc.Arbitrary<RankedRequest> = fc
  .record({
    metric: ranking,
    others: fc.subarray([...further]),
    dimensions: fc.subarray(['apiproxy', 'response_status_code', 'ax_hour_of_day'], { minLength: 1 }),
    groupByTimeUnit: fc.constantFrom(undefined, undefined, 'day', 'hour'),
    filter: fc.constantFrom(undefined, undefined, '(response_status_code eq 200)'),
    atLeast: fc.constantFrom(undefined, undefined, 2),
    direction: fc.constantFrom('asc', 'desc'),
    limit: fc.integer({ min: 1, max: 4 }),
    choice: fc.option(
      fc.record({
        offset: fc.nat(3),
        limit: fc.integer({ min: 1, max: 4 }),
        newestFirst: fc.boolean(),
      }),
    ),
  })
  .map(({ metric, others, dimensions, groupByTimeUnit, filter, atLeast, direction, limit, choice }) => ({
    request: {
      metrics: [{ ...metric, alias: 'ranked' }, ...others],
      dimensions,
      timeRange,
      orderBy: [{ column: 'ranked', direction }],
      limit,
      ...(groupByTimeUnit !== undefined && { groupByTimeUnit }),
      ...(filter !== undefined && { filter }),
      ...(atLeast !== undefined &&
        others.some(({ alias }) => alias === 'calls') && { having: `(calls ge ${atLeast})` }),
    },
    choice,
  }));

function planOf({ request, choice }: RankedRequest): Plan {
  const planned = planQuery(request, context);
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  if (choice === null) return planned.plan;
  const { orderBy = [], ...plan } = planned.plan;
  const descending = orderBy[0]?.descending === true;
  return { ...plan, limitRows: 1_000, groups: { ...choice, sortBy: [0], descending } };
}

async function rowsOf(boundPlan: BoundPlan) {
  return (await runStatement(connection, compileReport(boundPlan))).getRows();
}

test('a report ordered by a metric has the same rows over the facts of its top groups', async () => {
  const runs = suiteSize({ short: 60, full: 1_000 });
  const seen = { bounded: 0, narrowed: 0 };
  const oneIns = fc.constantFrom(1, 2, 3);
  const firstHours = fc.constantFrom(0, 12, 48);
  const property = fc.asyncProperty(
    facts,
    fc.array(rankedRequests, { minLength: 3, maxLength: 3 }),
    oneIns,
    firstHours,
    async (some, chosen, oneIn, hours) => {
      for (const one of chosen) {
        const plan = planOf(one);
        const task = await taskOver(some, { plan, directory: folder.path, signal });
        const boundPlan = bindPlan(plan, catalogue);
        const ranked = rankedRows(boundPlan);
        if (ranked === null) throw new Error('the report is not ordered by a metric of its values');
        await createFactsView(connection, task.facts, task);
        const expected = await rowsOf(boundPlan);
        const firstFacts = { startMs, endExclusiveMs: startMs + hours * 3_600_000 };
        const topGroups = { ...task, ...boundPlan, ranked, oneIn, firstFacts, maxTopShare: 1e9 };
        const copied = await copyFactsOfTopGroups(connection, topGroups, { countsValues: false, limits });
        if (copied === null) continue;
        seen.bounded += 1;
        if (copied < some.length / 2) seen.narrowed += 1;
        expect(await rowsOf(boundPlan)).toEqual(expected);
        expect(await rowsOf({ ...boundPlan, countsValues: true })).toEqual(expected);
        await dropTopFacts(connection);
      }
    },
  );
  await fc.assert(property, { numRuns: runs });
  expect(seen.bounded).toBeGreaterThan(runs);
  expect(seen.narrowed).toBeGreaterThan(runs / 4);
}, 240_000);

test('a group whose metric is rounded beyond its greatest value is in the report', async () => {
  const seven = { environment_id: environmentId, apiproxy: 'a', total_response_time: 7 };
  const some = [startMs, startMs + 1].map((timestamp) => ({ ...seven, timestamp }));
  const percentile = { name: 'total_response_time', function: 'percentile', percentile: 20, alias: 'ranked' };
  const plan = planOf({
    request: {
      metrics: [percentile],
      dimensions: ['apiproxy'],
      timeRange,
      orderBy: [{ column: 'ranked', direction: 'desc' }],
      limit: 1,
    },
    choice: null,
  });
  const task = await taskOver(some, { plan, directory: folder.path, signal });
  const boundPlan = bindPlan(plan, catalogue);
  const ranked = rankedRows(boundPlan);
  if (ranked === null) throw new Error('the report is not ordered by a metric of its values');
  const topGroups = { ...task, ...boundPlan, ranked, oneIn: 1, firstFacts: plan.range, maxTopShare: 1e9 };
  expect(await copyFactsOfTopGroups(connection, topGroups, { countsValues: false, limits })).toBe(2);
  expect(await rowsOf(boundPlan)).toEqual([[7 * (1 - 0.2) + 7 * 0.2, 'a']]);
  expect(7 * (1 - 0.2) + 7 * 0.2).toBeGreaterThan(7);
  await dropTopFacts(connection);
  const tables = await connection.run('select table_name from duckdb_tables() where table_name like $1', [
    '%top_%',
  ]);
  expect(await tables.getRows()).toEqual([]);
});
