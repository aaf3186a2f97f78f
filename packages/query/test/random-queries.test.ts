import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue, operators, planQuery, queryTimeUnits, type QueryRequest } from '../src/index.ts';
import { expectSame } from './expect-same.ts';
import { openDuckDB } from './facts-relation.ts';
import { modelCustomFields, modelFilters, type ModelFilter } from './filter-model.ts';
import { columns, dataset, end, endMs, facts, start, tenant } from './random-facts.ts';
import { expectedRows } from './report-model.ts';

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
beforeAll(async () => {
  duckdb = await openDuckDB();
  await duckdb.load(
    [{ name: 'environment_id', type: 'integer' }, { name: 'timestamp', type: 'timestamp' }, ...columns],
    facts,
  );
});
afterAll(() => duckdb.close());

const operations = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...operators),
        fc.constantFrom('7', '-3', '1000', '1000.0', '-0.5', '0.000001', '12345', '2'),
      )
      .map(([operator, value]) => ({ operator, value })),
  },
);
const metrics = fc
  .constantFrom(
    ...dataset.metrics.flatMap(({ name, functions }) =>
      functions.length === 0 ? [{ name }] : functions.map((chosen) => ({ name, function: chosen })),
    ),
  )
  .chain((metric) => operations.map((operation) => ({ ...metric, ...operation })));
const requests: fc.Arbitrary<{ request: QueryRequest; filter: ModelFilter | undefined }> = fc
  .record({
    metrics: fc
      .array(metrics, { maxLength: 4 })
      .map((chosen) => chosen.map((metric, index) => ({ ...metric, alias: `m${index}` }))),
    dimensions: fc.uniqueArray(
      fc.oneof(
        fc.constantFrom(...dataset.dimensions.map(({ name }) => name)),
        fc.constantFrom(
          'apiproxy',
          'response_status_code',
          'created',
          'ax_hour_of_day',
          'dc_ok',
          'dc_due',
          'dc_plan',
        ),
      ),
      { maxLength: 3 },
    ),
    groupByTimeUnit: fc.option(fc.constantFrom(...queryTimeUnits), { nil: undefined }),
    utcOffsetMinutes: fc.option(fc.integer({ min: -840, max: 840 }), { nil: undefined }),
    limit: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
    filter: fc.option(modelFilters, { nil: undefined, freq: 9 }),
  })
  .filter(({ metrics: chosen, dimensions }) => chosen.length + dimensions.length > 0)
  .map(({ filter, ...request }) => ({
    request: { ...request, filter: filter?.text, timeRange: { start, end } },
    filter,
  }));

test('5,000 queries over one table of facts: the rows that counting by hand gives, in the same order', async () => {
  let narrowed = 0;
  await fc.assert(
    fc.asyncProperty(requests, async ({ request, filter }) => {
      const planned = planQuery(request, {
        catalogue,
        dataset: 'api',
        tenant,
        customFields: modelCustomFields,
        nowMs: endMs,
      });
      if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
      const { rows } = await duckdb.reportLoaded(planned.plan);
      const expected = expectedRows(planned.plan, facts, filter?.isMeant);
      expect(rows.length).toBe(expected.length);
      if (filter !== undefined && rows.length > 0) narrowed += 1;
      for (const [index, row] of rows.entries()) {
        for (const [column, value] of row.entries()) expectSame(value, expected[index]?.[column]);
      }
    }),
    { numRuns: 5_000 },
  );
  // Most filters must let something through, or nothing would have been compared.
  expect(narrowed).toBeGreaterThan(1_500);
}, 120_000);
