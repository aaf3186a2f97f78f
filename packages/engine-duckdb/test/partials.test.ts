import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPartialFiles } from '@hourglass/object-store';
import { factRowColumns, type Plan, type TimeRange } from '@hourglass/query';
import type { PartialFiles, Pauses, PlacedSegment } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import type { Fact } from '../../query/test/facts-relation.ts';
import { createDuckDbEngine, createSegmentWriter } from '../src/index.ts';
import { writeCopiedFacts } from './copied-facts-file.ts';
import { linesOf, planOf, rowsOf, startMs } from './hot-facts-file.ts';
import { taskOverPartials } from './task-over-partials.ts';

const { signal } = new AbortController();
const writer = createSegmentWriter({ memoryMb: 256, threads: 1 });
const columns = factRowColumns([
  { name: 'apiproxy', type: 'text' },
  { name: 'message_count', type: 'integer' },
]);
let folder: TemporaryFolder;
let partials: PartialFiles;
let faults: unknown[];
beforeAll(async () => {
  folder = await temporaryFolder();
});
beforeEach(() => {
  faults = [];
  const directory = path.join(folder.path, randomUUID());
  const onFault = (error: unknown) => faults.push(error);
  partials = createPartialFiles({ directory, maxBytes: 2 ** 20, minFacts: 1, onFault });
});
afterAll(() => folder.remove());

const engineOf = (options: { maxCoveringMs?: number; sliceFacts?: number } = {}) =>
  createDuckDbEngine({
    ...{ directory: folder.path, memoryMb: 256, threads: 2, maxConcurrentRuns: 1 },
    ...{ sampleFacts: 10, ...options },
  });

const factsOf = (count: number, proxyOf: (index: number) => string, calls: number | string = 1) =>
  Array.from({ length: count }, (_, index) => ({
    ...{ environment_id: 7, timestamp: startMs + index, message_count: calls },
    apiproxy: proxyOf(index),
  })) as unknown as readonly Fact[];

async function sealed(facts: readonly Fact[]): Promise<PlacedSegment> {
  const csvPath = path.join(folder.path, `${randomUUID()}.csv`);
  await writeCopiedFacts(csvPath, columns, facts);
  const file = await writer.seal({ csvPath, columns, directory: folder.path, signal });
  return { ...file, deletions: [] };
}

interface Placed {
  readonly range?: TimeRange;
  readonly segments: readonly PlacedSegment[];
  readonly hot?: readonly Fact[];
}

/** The first report of a shape computes no partials. */
async function ask({ segments, hot = [], range }: Placed) {
  const snapshot = {
    hot,
    segments,
    ids: segments.map((_, index) => `segment-${index}`),
    expiredBeforeMs: null,
  };
  await taskOverPartials(snapshot, planOf(range && { range }), {
    parent: folder.path,
    partials,
    engine: engineOf(),
  });
}

/** Computes the report as a worker does. Returns the text of its lines and the partials that it found. */
async function report({ segments, hot = [], range }: Placed, files: PartialFiles | null, pauses?: Pauses) {
  const engine = engineOf();
  const ids = segments.map((_, index) => `segment-${index}`);
  const snapshot = { hot, segments, ids, expiredBeforeMs: null };
  const plan: Plan = planOf(range && { range });
  const context = { parent: folder.path, partials: files, engine };
  const task = await taskOverPartials(snapshot, plan, context);
  const { text } = await linesOf(engine.writeRows({ ...task, ...(pauses && { pauses }) }));
  const again = await taskOverPartials(snapshot, plan, context);
  return {
    text,
    found: again.facts.partials?.covering.length ?? null,
    rows: await rowsOf(engine.run(again)),
  };
}

test('partials that turn out too large after a pause are given up without losing a fact', async () => {
  const few = await sealed(factsOf(100, () => 'one'));
  const many = await sealed(factsOf(100, (index) => `proxy-${index}`));
  const placed = { segments: [few, many] };
  const expected = await report(placed, null);
  await ask(placed);
  let asked = 0;
  const pauses = { isWanted: () => (asked += 1) === 1, wait: () => Promise.resolve() };
  const computed = await report(placed, partials, pauses);
  expect(asked).toBe(1);
  expect(computed).toEqual({ ...expected, found: null });
  // The first segment's partial is kept; the shape is refused all the same.
  expect(await partials.listSegments()).toEqual(['segment-0']);
  expect(faults).toEqual([]);
});

test('a segment of which a sample has as many rows as facts is not aggregated', async () => {
  const placed = { segments: [await sealed(factsOf(100, (index) => `proxy-${index}`))] };
  const expected = await report(placed, null);
  await ask(placed);
  expect(await report(placed, partials)).toEqual({ ...expected, found: null });
  expect(await partials.listSegments()).toEqual([]);
});

test('a range that begins and ends within a day has the facts of the range only', async () => {
  const hourMs = 3_600_000;
  const at = (hours: readonly number[]) =>
    hours.map((hour) => ({
      ...{ environment_id: 7, timestamp: startMs + hour * hourMs, message_count: 1, apiproxy: 'one' },
    })) as unknown as readonly Fact[];
  const repeated = (hours: readonly number[]) => at(Array.from({ length: 20 }, () => hours).flat());
  const range = { startMs: startMs + 10.5 * hourMs, endExclusiveMs: startMs + 82.5 * hourMs };
  const placed = {
    // The first and the third are read as facts.
    segments: await Promise.all(
      [
        [10, 11, 30],
        [25, 47.9],
        [80, 83],
      ].map((hours) => sealed(repeated(hours))),
    ),
    hot: at([10, 10.5, 82.4, 82.5]),
    range,
  };
  const expected = `{"calls":"${20 * 2 + 20 * 2 + 20 + 2}","apiproxy":"one"}\n`;
  await ask(placed);
  await report(placed, partials);
  const { text, found } = await report(placed, partials);
  expect(text).toBe(expected);
  expect(found).toBe(1);
});

test('a run whose caller waits computes one more partial each time, and is as right before the last', async () => {
  const segments = await Promise.all([1, 2, 3].map((calls) => sealed(factsOf(100, () => 'one', calls))));
  await ask({ segments });
  const engine = engineOf({ maxCoveringMs: 0 });
  const snapshot = { hot: [], segments, ids: ['a', 'b', 'c'], expiredBeforeMs: null };
  const found: unknown[] = [];
  for (let run = 0; run < 4; run += 1) {
    const task = await taskOverPartials(snapshot, planOf(), { parent: folder.path, partials, engine });
    found.push([task.facts.partials?.covering.length, await rowsOf(engine.run(task))]);
  }
  expect(found).toEqual([0, 1, 2, 3].map((covered) => [covered, [['600', 'one']]]));
});

test('partials that will have too many rows for the memory in all are given up after the first', async () => {
  const segments = await Promise.all([1, 2, 3, 4, 5].map(() => sealed(factsOf(100, () => 'one'))));
  const snapshot = { hot: [], segments, ids: ['a', 'b', 'c', 'd', 'e'], expiredBeforeMs: null };
  const engine = engineOf({ sliceFacts: 1 });
  const context = { parent: folder.path, partials, engine };
  await taskOverPartials(snapshot, planOf(), context);
  const task = await taskOverPartials(snapshot, planOf(), context);
  expect((await linesOf(engine.writeRows(task))).text).toBe('{"calls":"500","apiproxy":"one"}\n');
  expect(await partials.listSegments()).toEqual(['a']);
  expect((await taskOverPartials(snapshot, planOf(), context)).facts.partials).toBeUndefined();
});

const half = String(2n ** 62n);

test.each([
  { where: 'of a segment', sealedCalls: half, hotCalls: 1 },
  { where: 'of hot facts', sealedCalls: 1, hotCalls: half },
])('a sum $where beyond 64 bits is computed from facts', async ({ sealedCalls, hotCalls }) => {
  const placed = {
    segments: [await sealed(factsOf(100, () => 'one', sealedCalls))],
    hot: factsOf(100, () => 'one', hotCalls),
  };
  await ask(placed);
  const { text, rows, found } = await report(placed, partials);
  const sum = 100n * BigInt(sealedCalls) + 100n * BigInt(hotCalls);
  expect(text).toBe(`{"calls":"${sum}","apiproxy":"one"}\n`);
  expect(rows).toEqual([[String(sum), 'one']]);
  expect(found).toBeNull();
  expect(faults).toEqual([]);
});

test('sums of partials may exceed 64 bits together', async () => {
  const calls = String(2n ** 56n);
  const segments = await Promise.all(
    Array.from({ length: 6 }, () => sealed(factsOf(100, () => 'one', calls))),
  );
  await ask({ segments });
  const { text, found } = await report({ segments }, partials);
  expect(found).toBe(6);
  expect(text).toBe(`{"calls":"${600n * 2n ** 56n}","apiproxy":"one"}\n`);
});

test('a partial that the engine cannot read is replaced by facts, and reported', async () => {
  const placed = { segments: [await sealed(factsOf(100, () => 'one'))] };
  const expected = await report(placed, null);
  await report(placed, partials);
  const damaging: PartialFiles = {
    ...partials,
    async place(segments, target) {
      const found = await partials.place(segments, target);
      for (const partial of found.values()) await writeFile(partial.path, 'no Parquet');
      return found;
    },
  };
  const { text, rows } = await report(placed, damaging);
  expect({ text, rows }).toEqual({ text: expected.text, rows: expected.rows });
  expect(faults.map(String).join()).toContain('AttemptFailure');
});
