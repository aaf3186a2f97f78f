import * as fc from 'fast-check';
import { expect } from 'vitest';
import { catalogue, factRowColumns, planStats, timeUnits, type StatsRequest } from '../src/index.ts';
import { expectSameRows } from './expect-same.ts';
import { openDuckDB } from './facts-relation.ts';
import { modelFilters, type ModelFilter } from './filter-model.ts';
import { columns, context, dataset, facts } from './random-facts.ts';
import { metricsOf } from './random-metrics.ts';
import { zoneNames } from './random-requests.ts';
import { expectedRows } from './report-model.ts';

/** The last range is shorter than an hour, so that it can have buckets of a second. */
const ranges = {
  whole: '03/24/2026 00:00~04/06/2026 12:00',
  part: '3/28/2026 17:45~4/1/2026 8:00:30',
  hour: '03/24/2026 00:00~03/24/2026 00:59',
};
const selectable = metricsOf(dataset).map(({ name, function: chosen }) =>
  chosen === undefined ? name : `${chosen}(${name})`,
);
const order = fc.record(
  {
    sort: fc.constantFrom('ASC', 'DESC'),
    topk: fc.integer({ min: 1, max: 8 }),
    limit: fc.integer({ min: 1, max: 8 }),
    offset: fc.integer({ min: 0, max: 3 }),
    tsAscending: fc.boolean(),
    zone: fc.oneof(
      fc.record({ tzo: fc.oneof(fc.integer({ min: -840, max: 840 }), fc.constantFrom(0, 330, -480)) }),
      fc.record({ timeZone: zoneNames }),
    ),
  },
  { requiredKeys: [] },
);
const requests: fc.Arbitrary<{ request: StatsRequest; filter: ModelFilter | undefined }> = fc
  .record({
    select: fc.uniqueArray(
      fc.oneof(fc.constantFrom(...selectable), fc.constantFrom('sum(message_count)', 'tps')),
      { minLength: 1, maxLength: 4 },
    ),
    sorted: fc.option(fc.array(fc.nat(), { minLength: 1, maxLength: 2 }), { nil: undefined }),
    dimensions: fc.uniqueArray(
      fc.oneof(
        fc.constantFrom(...dataset.dimensions.map(({ name }) => name)),
        fc.constantFrom('apiproxy', 'response_status_code', 'created', 'ax_hour_of_day'),
      ),
      { maxLength: 3 },
    ),
    timeUnit: fc.option(fc.constantFrom(...timeUnits), { nil: undefined }),
    range: fc.constantFrom(ranges.whole, ranges.whole, ranges.part, ranges.hour),
    filter: fc.option(modelFilters, { nil: undefined, freq: 2 }),
    order,
  })
  .map(({ select, sorted, dimensions, timeUnit, range, filter, order: { zone, ...ordered } }) => ({
    request: {
      select: select.join(','),
      dimensions,
      timeUnit,
      timeRange: timeUnit === 'second' ? ranges.hour : range,
      filter: filter?.text,
      sortby: sorted?.map((index) => select[index % select.length]).join(','),
      ...ordered,
      ...zone,
    },
    filter,
  }));

/** Compares random requests for statistics with a plain loop over the facts. */
export async function checkRandomStats(count: number): Promise<void> {
  const duckdb = await openDuckDB();
  await duckdb.load(factRowColumns(columns), facts);
  let rowsSeen = 0;
  let cut = 0;
  await fc.assert(
    fc.asyncProperty(requests, async ({ request, filter }) => {
      const planned = planStats(request, context);
      if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
      const { rows } = await duckdb.reportLoaded(planned.plan);
      const expected = expectedRows(planned.plan, facts, filter?.matches);
      expectSameRows(rows, expected);
      const counted = await duckdb.reportLoaded(planned.plan, catalogue, { countsValues: true });
      expectSameRows(counted.rows, expected);
      rowsSeen += rows.length;
      if (rows.length > 1 && (request.topk ?? request.limit) !== undefined) cut += 1;
    }),
    { numRuns: count },
  );
  // Most requests must have rows, or the comparison would be empty.
  expect(rowsSeen).toBeGreaterThan(1.33 * count);
  expect(cut).toBeGreaterThan(count / 15);
  duckdb.close();
}
