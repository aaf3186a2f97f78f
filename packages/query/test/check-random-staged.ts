import * as fc from 'fast-check';
import { expect } from 'vitest';
import { catalogue, factRowColumns, planQuery } from '../src/index.ts';
import { expectSameRows } from './expect-same.ts';
import { openDuckDB } from './facts-relation.ts';
import { columns, context, facts } from './random-facts.ts';
import { stagedRequests } from './random-staged.ts';
import { expectedStagedRows } from './staged-model.ts';

/** Compares random reports with words that act on rows with a plain loop over the facts. */
export async function checkRandomStaged(count: number): Promise<void> {
  const duckdb = await openDuckDB();
  await duckdb.load(factRowColumns(columns), facts);
  let rowsSeen = 0;
  await fc.assert(
    fc.asyncProperty(stagedRequests, async ({ request, filter, having }) => {
      const planned = planQuery(request, context);
      if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
      const { rows } = await duckdb.reportLoaded(planned.plan);
      const matches = filter?.matches ?? (() => true);
      const expected = expectedStagedRows(planned.plan, facts, { filter: matches, having });
      expectSameRows(rows, expected);
      const counted = await duckdb.reportLoaded(planned.plan, catalogue, { countsValues: true });
      expectSameRows(counted.rows, expected);
      rowsSeen += rows.length;
    }),
    { numRuns: count },
  );
  expect(rowsSeen).toBeGreaterThan(count);
  duckdb.close();
}
