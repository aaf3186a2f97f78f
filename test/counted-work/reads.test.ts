import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DuckDbWork } from '../../packages/engine-duckdb/test/duckdb-work.ts';
import { reportReads, type ReportReads } from './bounds.ts';
import { openCountedReports, type CountedReports, type NamedReport } from './report-work.ts';

let reports: CountedReports;
beforeAll(async () => {
  reports = await openCountedReports();
});
afterAll(() => reports.close());

function named(list: readonly NamedReport[], name: string) {
  const found = list.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the benchmark has no report "${name}"`);
  return found.request;
}

/** Returns the expected figure in place of one that is near enough. */
function unlessFar(found: number, expected: number): number {
  return Math.abs(found - expected) <= expected * reportReads.tolerance ? expected : found;
}

function expectReads(work: DuckDbWork, name: string, expected: ReportReads): void {
  const { statements, opened, rowsRead, bytesRead } = work;
  const counted = { statements: statements.length, opened, rowsRead, bytesRead };
  const texts = statements.map((text) => `- ${text.length > 160 ? `${text.slice(0, 160)} …` : text}`);
  expect(
    {
      ...counted,
      rowsRead: unlessFar(rowsRead, expected.rowsRead),
      bytesRead: unlessFar(bytesRead, expected.bytesRead),
    },
    `${name}: ${JSON.stringify(counted)}\n${texts.join('\n')}\n`,
  ).toEqual(expected);
}

describe('DuckDB reads exactly as much as is counted', () => {
  test.each(Object.entries(reportReads.facts))('for %s', async (name, expected) => {
    expectReads(await reports.write(named(reports.shapes, name)), name, expected);
  });

  test.each(Object.entries(reportReads.withoutLimit))('for %s without its limit', async (name, expected) => {
    const { limit, ...request } = named(reports.shapes, name);
    expect(limit).toBeGreaterThan(0);
    expectReads(await reports.write(request), name, expected);
  });

  test.each(Object.entries(reportReads.partials))(
    'for %s, the second time and repeated',
    async (name, { computing, repeated }) => {
      const request = named(reports.repeated, name);
      const options = { partials: reports.newPartials() };
      await reports.write(request, options);
      expectReads(await reports.write(request, options), `${name}, second time`, computing);
      expectReads(await reports.write(request, options), `${name}, repeated`, repeated);
    },
  );
});

test('a report in slices reads each fact once, with two statements a slice', async () => {
  const { limit: _, ...request } = named(reports.shapes, reportReads.slices.report);
  const { sliceFacts, rowsRead } = reportReads.slices;
  const work = await reports.write(request, { engine: reports.engineWithSlices(sliceFacts) });
  // The size of a slice depends on the time that the one before took.
  expect(work.files).toBeGreaterThan(1);
  expect(work.statements.length, work.statements.join('\n')).toBe(
    reportReads.slices.statements + reportReads.slices.statementsPerSlice * work.files,
  );
  expect(unlessFar(work.rowsRead, rowsRead)).toBe(rowsRead);
});
