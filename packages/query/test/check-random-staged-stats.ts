import * as fc from 'fast-check';
import { expect } from 'vitest';
import { catalogue, factRowColumns, planStats, type StatsRequest } from '../src/index.ts';
import { expectSameRows } from './expect-same.ts';
import { openDuckDB } from './facts-relation.ts';
import { modelFilters, type ModelFilter } from './filter-model.ts';
import { columns, context, facts } from './random-facts.ts';
import { zoneNames } from './random-requests.ts';
import { expectedStagedGroups, type ShownRow } from './staged-model.ts';

/** Exact sums come first, because groups are sorted by some of these. */
const items = [
  ...['sum(message_count)', 'share(message_count)', 'sum(is_error)', 'count_distinct(client_ip)'],
  ...['total(is_error)', 'p50(total_response_time)', 'avg(request_size)', 'tps', 'share(policy_error)'],
];

interface StatsWords {
  readonly request: StatsRequest;
  readonly filter: ModelFilter | undefined;
  readonly having: (row: ShownRow) => boolean;
}

const requests: fc.Arbitrary<StatsWords> = fc
  .record({
    select: fc.uniqueArray(fc.constantFrom(...items), { minLength: 1, maxLength: 4 }),
    dimensions: fc.uniqueArray(
      fc.constantFrom('apiproxy', 'response_status_code', 'ax_hour_of_day', 'environment', 'dc_ok'),
      { maxLength: 2 },
    ),
    timeUnit: fc.constantFrom(undefined, undefined, 'hour', 'day', 'week', 'month'),
    timeRange: fc.constantFrom('03/24/2026 00:00~04/06/2026 12:00', '3/28/2026 17:45~4/1/2026 8:00:30'),
    zone: fc
      .constantFrom(fc.constant({}), fc.record({ tzo: fc.integer({ min: -840, max: 840 }) }))
      .chain((one) => one),
    named: fc.option(zoneNames, { freq: 2 }),
    filter: fc.option(modelFilters, { nil: undefined, freq: 2 }),
    having: fc.option(fc.record({ column: fc.nat(), isAbove: fc.boolean() }), { freq: 2 }),
    order: fc.record(
      {
        sort: fc.constantFrom('ASC', 'DESC'),
        topk: fc.integer({ min: 1, max: 5 }),
        limit: fc.integer({ min: 1, max: 5 }),
        offset: fc.integer({ min: 0, max: 2 }),
        tsAscending: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    compareTo: fc.constantFrom(undefined, 'previousPeriod', 'previousYear'),
    fillGaps: fc.boolean(),
    others: fc.boolean(),
  })
  .map(({ select, having, named, zone, filter, order, ...rest }) => {
    // The first item that has an exact order.
    const sortby = select.find((item) => /^(sum|count_distinct|share)/.test(item));
    const column = having === null ? '' : (select[having.column % select.length] ?? '');
    const sign = having?.isAbove === true ? 'gt' : 'le';
    const request: StatsRequest = {
      ...rest,
      ...(named === null ? zone : { timeZone: named }),
      ...order,
      ...(sortby === undefined ? { sort: undefined, topk: undefined } : { sortby }),
      select: select.join(','),
      filter: filter?.text,
      having: having === null ? undefined : `"${column}" ${sign} 2`,
      fillGaps: rest.timeUnit !== undefined && rest.fillGaps,
      others:
        rest.others &&
        rest.timeUnit === undefined &&
        rest.compareTo === undefined &&
        rest.dimensions.length > 0 &&
        (order.limit !== undefined || (order.topk !== undefined && sortby !== undefined)),
    };
    return {
      request,
      filter,
      having: (row) => {
        if (having === null) return true;
        const value = row[column] ?? null;
        return value !== null && (having.isAbove ? Number(value) > 2 : Number(value) <= 2);
      },
    };
  });

/** Compares random statistics with words that act on groups with a plain loop over the facts. */
export async function checkRandomStagedStats(count: number): Promise<void> {
  const duckdb = await openDuckDB();
  await duckdb.load(factRowColumns(columns), facts);
  let rowsSeen = 0;
  await fc.assert(
    fc.asyncProperty(requests, async ({ request, filter = { matches: () => true }, having }) => {
      const planned = planStats(request, context);
      if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
      const { rows } = await duckdb.reportLoaded(planned.plan);
      const conditions = { filter: filter.matches, having };
      const expected = expectedStagedGroups(planned.plan, facts, conditions);
      expectSameRows(rows, expected);
      const counted = await duckdb.reportLoaded(planned.plan, catalogue, { countsValues: true });
      expectSameRows(counted.rows, expected);
      rowsSeen += rows.length;
    }),
    { numRuns: count },
  );
  // Filters and `having` leave none in many of them.
  expect(rowsSeen).toBeGreaterThan(count / 2);
  duckdb.close();
}
