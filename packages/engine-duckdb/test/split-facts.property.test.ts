import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bindPlan,
  catalogue,
  isOrderedByBucket,
  isOrderedByText,
  outputColumns,
  type BoundPlan,
  hotFactsColumns,
  planQuery,
  valueColumns,
  type FactRowColumn,
  type Plan,
  type QueryRequest,
} from '@hourglass/query';
import type { EngineTask, ReportEngine, RowFile } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder, suiteSize } from '@hourglass/testing';
import { parquetLines } from '../../archive/test/parquet-lines.ts';
import { expectSameRows } from '../../query/test/expect-same.ts';
import { columns, context, facts } from '../../query/test/random-facts.ts';
import { requests } from '../../query/test/random-requests.ts';
import { stagedRequests } from '../../query/test/random-staged.ts';
import { expectedRows } from '../../query/test/report-model.ts';
import { expectedStagedRows } from '../../query/test/staged-model.ts';
import { createDuckDbEngine } from '../src/index.ts';
import { writeCopiedFacts } from './copied-facts-file.ts';
import { linesOf, rowsOf } from './hot-facts-file.ts';
import { nameOfId, sealed, split, type Split } from './split-facts.ts';

const signal = new AbortController().signal;
let folder: TemporaryFolder;
let engine: ReportEngine;
let slicing: ReportEngine;
/** Without a sample, so that reports without time have slices too. */
let slicingByText: ReportEngine;
let pauses = 0;
/** After a pause, the next slice is computed by any instance of the pool. */
const everyOther = {
  isWanted: () => (pauses += 0.5) % 1 === 0,
  wait: () => Promise.resolve(),
};
beforeAll(async () => {
  folder = await temporaryFolder();
  const options = {
    directory: folder.path,
    memoryMb: 256,
    threads: 2,
    maxConcurrentRuns: 1,
    // Small samples, so that bounds are found among few facts.
    sampleFacts: 1,
  };
  engine = createDuckDbEngine(options);
  slicing = createDuckDbEngine({ ...options, sliceFacts: 10 });
  slicingByText = createDuckDbEngine({ ...options, sliceFacts: 1, sampleFacts: 1e6 });
});
afterAll(() => folder.remove());

async function taskOf({ hot, segments }: Split, plan: Plan): Promise<EngineTask> {
  const hotFactsPath = path.join(folder.path, 'hot.csv');
  const boundPlan = bindPlan(plan, catalogue);
  await writeCopiedFacts(hotFactsPath, hotFactsColumns(boundPlan), hot);
  const copied = {
    hotFactsPath,
    hotRows: hot.length,
    expiredBeforeMs: null,
    watermark: null,
    takenAt: new Date(0),
  };
  return { ...boundPlan, facts: { ...copied, segments }, directory: folder.path, signal };
}

interface Modelled {
  readonly request: QueryRequest;
  readonly expectedOf: (plan: Plan) => readonly (readonly unknown[])[];
}

/** Requests with the rows that the models of reports compute. */
const modelled: fc.Arbitrary<Modelled> = fc.oneof(
  {
    weight: 2,
    arbitrary: requests.map(({ request, filter }) => ({
      request,
      expectedOf: (plan: Plan) => expectedRows(plan, facts, filter?.matches),
    })),
  },
  {
    weight: 1,
    arbitrary: stagedRequests.map(({ request, filter = { matches: () => true }, having }) => ({
      request,
      expectedOf: (plan: Plan) => expectedStagedRows(plan, facts, { filter: filter.matches, having }),
    })),
  },
);

/** Returns the values of each line, ordered by their names. */
const valuesOf = (text: string): readonly unknown[][] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => Object.values(JSON.parse(line)));

/** Reads and removes files of Parquet. */
async function parquetRowsOf(
  written: AsyncIterable<RowFile>,
  boundPlan: BoundPlan,
): Promise<readonly unknown[][]> {
  const lines: string[] = [];
  for await (const file of written) {
    const read = await parquetLines(file.path, outputColumns(boundPlan));
    expect(read).toHaveLength(file.rows);
    lines.push(...read);
    await rm(file.path);
  }
  return valuesOf(lines.map((line) => `${line}\n`).join(''));
}

/** Few of all requests have rows in the order of a text. */
function orderedByText(seed: number): readonly Modelled[] {
  const isOrdered = ({ request }: Modelled) => {
    const planned = planQuery(request, context);
    return planned.ok && isOrderedByText(bindPlan(planned.plan, catalogue));
  };
  return fc.sample(modelled, { numRuns: 500, seed }).filter(isOrdered).slice(0, 8);
}

test('the compared columns are all columns that a segment can have', () => {
  const names = (list: readonly FactRowColumn[]) =>
    list.map(({ name, customFieldId }) => (customFieldId === undefined ? name : nameOfId.get(customFieldId)));
  expect(names(valueColumns(sealed))).toEqual(names(columns));
});

test('a report does not depend on which facts are hot, which are in segments, and where it pauses', async () => {
  const places = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 200 });
  const mostSlices = { byTime: 0, byText: 0 };
  await fc.assert(
    fc.asyncProperty(places, fc.boolean(), fc.integer(), async (chosen, merged, seed) => {
      const divided = await split(folder.path, chosen, merged);
      for (const { request, expectedOf } of [
        ...fc.sample(modelled, { numRuns: 20, seed }),
        ...orderedByText(seed),
      ]) {
        const planned = planQuery(request, context);
        if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
        const task = await taskOf(divided, planned.plan);
        const rows = await rowsOf(engine.run(task));
        expectSameRows(rows, expectedOf(planned.plan));
        const isByTime = isOrderedByBucket(planned.plan);
        if (!isByTime && !isOrderedByText(task)) continue;
        const dividing = isByTime ? slicing : slicingByText;
        expectSameRows(await rowsOf(dividing.run(task)), rows);
        const json: EngineTask = { ...task, plan: { ...planned.plan, output: { format: 'json' } } };
        const atOnce = await linesOf(engine.writeRows(json));
        const sliced = await linesOf(dividing.writeRows({ ...json, pauses: everyOther }));
        expect(sliced.rows.reduce((sum, count) => sum + count, 0)).toBe(rows.length);
        const way = isByTime ? 'byTime' : 'byText';
        mostSlices[way] = Math.max(mostSlices[way], sliced.rows.length);
        const lines = valuesOf(atOnce.text);
        expectSameRows(valuesOf(sliced.text), lines);
        const parquet: EngineTask = { ...task, plan: { ...planned.plan, output: { format: 'parquet' } } };
        const typed = await parquetRowsOf(dividing.writeRows({ ...parquet, pauses: everyOther }), task);
        expectSameRows(typed, lines);
      }
    }),
    { numRuns: suiteSize({ short: 2, full: 8 }), endOnFailure: true },
  );
  // Some of them were computed in slices, with pauses between some of these.
  expect(mostSlices.byTime).toBeGreaterThan(1);
  expect(mostSlices.byText).toBeGreaterThan(1);
  expect(pauses).toBeGreaterThanOrEqual(1);
}, 300_000);
