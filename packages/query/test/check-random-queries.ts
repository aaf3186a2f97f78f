import * as fc from 'fast-check';
import { expect } from 'vitest';
import { factRowColumns, catalogue, planQuery } from '../src/index.ts';
import { expectSameRows } from './expect-same.ts';
import { openDuckDB } from './facts-relation.ts';
import { columns, context, facts } from './random-facts.ts';
import { requests } from './random-requests.ts';
import { expectedRows } from './report-model.ts';

/** Compares random queries over one table of facts with a plain loop over the facts. */
export async function checkRandomQueries(count: number): Promise<void> {
  const duckdb = await openDuckDB();
  await duckdb.load(factRowColumns(columns), facts);
  let narrowed = 0;
  await fc.assert(
    fc.asyncProperty(requests, async ({ request, filter }) => {
      const planned = planQuery(request, context);
      if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
      const { rows } = await duckdb.reportLoaded(planned.plan);
      if (filter !== undefined && rows.length > 0) narrowed += 1;
      const expected = expectedRows(planned.plan, facts, filter?.matches);
      expectSameRows(rows, expected);
      if (planned.plan.metrics.some(({ percentile }) => percentile !== undefined)) {
        const counted = await duckdb.reportLoaded(planned.plan, catalogue, { countsValues: true });
        expectSameRows(counted.rows, expected);
      }
    }),
    { numRuns: count },
  );
  // Most filters must match some facts, or the comparison would be empty.
  expect(narrowed).toBeGreaterThan(0.3 * count);
  duckdb.close();
}
