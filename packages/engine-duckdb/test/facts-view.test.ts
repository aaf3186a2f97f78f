import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bindPlan,
  catalogue,
  compileReport,
  duckdbViewDialect,
  factRowColumns,
  hotFactsColumns,
  type Plan,
} from '@hourglass/query';
import type { PlacedSegment } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { createFactsView } from '../src/facts-view.ts';
import { createSegmentWriter } from '../src/index.ts';
import { runStatement } from '../src/statements.ts';
import { writeCopiedFacts } from './copied-facts-file.ts';
import { planOf, startMs } from './hot-facts-file.ts';

const { signal } = new AbortController();
const columns = factRowColumns([
  { name: 'target', type: 'text' },
  { name: 'message_count', type: 'integer' },
]);
const minuteMs = 60_000;

/** Each fact is a minute and a value, which no sum of others is. */
const minutes = Array.from({ length: 24 }, (_, minute) => ({ minute, count: 2 ** minute }));
/** Segments that follow each other, overlap, or are within another one; the last facts are hot. */
const minutesOf = (segment: number) =>
  minutes.filter(({ minute }) => minute < 20 && [0, 0, 1, 1, 2, 1, 2, 3, 4, 4][minute % 10] === segment);

let folder: TemporaryFolder;
let connection: DuckDBConnection;
let segments: readonly PlacedSegment[];
const hot = minutes.filter(({ minute }) => minute >= 20);

const targets = ['(not set)', null, 'x', ''];
const factOf = ({ minute, count }: (typeof minutes)[number]) => ({
  environment_id: 7,
  timestamp: new Date(startMs + minute * minuteMs).toISOString(),
  message_count: count,
  target: targets[Math.floor(minute / 3) % targets.length] ?? null,
});

beforeAll(async () => {
  folder = await temporaryFolder();
  connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  const writer = createSegmentWriter({ memoryMb: 256, threads: 1 });
  const sealed: PlacedSegment[] = [];
  for (const segment of [0, 1, 2, 3, 4]) {
    const csvPath = path.join(folder.path, `segment-${segment}.csv`);
    await writeCopiedFacts(csvPath, columns, minutesOf(segment).map(factOf));
    const file = await writer.seal({ csvPath, columns, directory: folder.path, signal });
    sealed.push({ ...file, deletions: [] });
  }
  segments = sealed;
});
afterAll(async () => {
  connection.closeSync();
  await folder.remove();
});

async function rowsOf(plan: Plan) {
  const boundPlan = bindPlan(plan, catalogue);
  const hotFactsPath = path.join(folder.path, 'hot.csv');
  await writeCopiedFacts(hotFactsPath, hotFactsColumns(boundPlan), hot.map(factOf));
  const facts = {
    ...{ hotFactsPath, hotRows: hot.length, segments, expiredBeforeMs: null },
    ...{ watermark: null, takenAt: new Date(0) },
  };
  await createFactsView(connection, facts, boundPlan);
  return (await runStatement(connection, compileReport(boundPlan, duckdbViewDialect))).getRows();
}

/** Sums by shown target, in binary order. */
function expectedOf(first: number, endExclusive: number) {
  const sums = new Map<string, number>();
  for (const one of minutes.slice(first, endExclusive)) {
    const target = factOf(one).target ?? '(not set)';
    sums.set(target, (sums.get(target) ?? 0) + one.count);
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([target, sum]) => [String(sum), target]);
}

const boundaries = [0, 1, 2, 5, 8, 9, 10, 13, 18, 20, 22, 24];
const ranges = boundaries.flatMap((first) =>
  boundaries.filter((end) => end > first).map((end) => [first, end] as const),
);

test.each(ranges)(
  'facts of minutes %i to %i: all of these, whatever is known of a segment',
  async (first, end) => {
    const range = { startMs: startMs + first * minuteMs, endExclusiveMs: startMs + end * minuteMs };
    expect(await rowsOf(planOf({ range, dimensions: ['target'] }))).toEqual(expectedOf(first, end));
  },
);

test('a statement of another range than that of the view fails', async () => {
  await rowsOf(planOf());
  const later = planOf({ range: { startMs, endExclusiveMs: startMs + minuteMs } });
  const statement = compileReport(bindPlan(later, catalogue), duckdbViewDialect);
  await expect(runStatement(connection, statement)).rejects.toThrow(`"in ${startMs} to`);
});
