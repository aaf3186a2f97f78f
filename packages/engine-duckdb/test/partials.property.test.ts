import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPartialFiles } from '@hourglass/object-store';
import {
  bindPlan,
  catalogue,
  limitBoundKind,
  partialShape,
  planQuery,
  type Plan,
  type QueryRequest,
} from '@hourglass/query';
import { preparePartials, type PartialFiles, type ReportEngine } from '@hourglass/reports';
import { suiteSize, temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { modelTexts } from '../../query/test/filter-model.ts';
import { placeFacts, placements, type PlacedFacts } from '../../engine-clickhouse/test/placed-facts.ts';
import { randomDatasets, type RandomDataset } from '../../engine-clickhouse/test/random-datasets.ts';
import { createDuckDbEngine, createSegmentWriter } from '../src/index.ts';
import { linesOf, rowsOf } from './hot-facts-file.ts';
import { filesOf, storedSegments, taskOverPartials } from './task-over-partials.ts';

const numRuns = suiteSize({ short: 2, full: 60 });
const isShort = numRuns === 2;
const someHours = { generation: 1, hour: 24, hours: 100 };
/** Few placements with this seed have every kind of partial. */
const shortSeed = 3;
const plansOfPlacement = { api: 16, others: 4 };
/** Few of them can be computed from partials. */
const sampledRequests = 300;
/** Boundaries of days, hours and of nothing. */
const ranges = [
  { start: '2026-03-20T00:00:00Z', end: '2026-04-10T00:00:00Z' },
  { start: '2026-03-26T00:00:00Z', end: '2026-04-06T00:00:00Z' },
  { start: '2026-03-26T07:00:00Z', end: '2026-04-05T22:00:00Z' },
  { start: '2026-03-26T07:12:00Z', end: '2026-04-05T22:00:31Z' },
];
let folder: TemporaryFolder;
let engine: ReportEngine;
const faults: unknown[] = [];
let segments = 0;
/** A pause after every other partial. */
let asked = 0;
const pauses = { isWanted: () => (asked += 1) % 2 === 0, wait: () => Promise.resolve() };

beforeAll(async () => {
  folder = await temporaryFolder();
  engine = createDuckDbEngine({
    ...{ directory: folder.path, memoryMb: 256, threads: 2, maxConcurrentRuns: 1 },
    ...{ sampleFacts: 1_000, maxPartialRowsPerFact: Infinity },
  });
});
afterAll(() => folder.remove());

/** Records are never sealed. */
const sealedDatasets = randomDatasets.filter(({ dataset }) => dataset.records.length === 0);

interface World {
  readonly random: RandomDataset;
  readonly placed: PlacedFacts;
  /** In the order of the placed segments. */
  readonly ids: readonly string[];
  readonly partials: PartialFiles;
  /** Partials that were computed in advance, by no report. */
  readonly prepared: PartialFiles;
}

const counts = {
  plans: 0,
  computed: 0,
  prepared: 0,
  read: 0,
  ofAnotherShape: 0,
  ofAllFacts: 0,
  refused: 0,
  besideFacts: 0,
};

/** Some requests that can be computed from partials, and such as can be from those of the request before. */
function requestsOf({ dataset, context, requests }: RandomDataset, seed: number): readonly QueryRequest[] {
  const wanted = plansOfPlacement[dataset.name === 'api' ? 'api' : 'others'];
  const found: QueryRequest[] = [];
  let chosen = seed;
  for (const sampled of fc.sample(requests, { numRuns: sampledRequests, seed })) {
    const timeRange = ranges[Math.abs(chosen) % ranges.length];
    // Most have a filter.
    const unfiltered = chosen % 2 === 0 ? { filter: undefined } : {};
    const request = { ...sampled, ...unfiltered, timeRange: timeRange ?? sampled.timeRange };
    if (!readsPartials(request, context)) continue;
    chosen += 1;
    const [, ...dimensions] = request.dimensions ?? [];
    const { groupByTimeUnit: _, ...untimed } = request;
    const filtered = filteredByKey(request, dataset, chosen);
    const sparser = [...filtered, { ...untimed, dimensions }, { ...request, dimensions }, untimed];
    found.push(request, ...sparser.filter((one) => readsPartials(one, context)));
    if (found.length >= wanted) break;
  }
  return found.slice(0, wanted);
}

/** The same for some values of a dimension, and grouped by the others only. */
function filteredByKey(
  request: QueryRequest,
  dataset: RandomDataset['dataset'],
  seed: number,
): readonly QueryRequest[] {
  if (request.filter !== undefined) return [];
  const isText = (name: string) =>
    dataset.dimensions.some(
      ({ name: known, source }) => known === name && source.kind === 'column' && source.type === 'text',
    );
  const key = request.dimensions?.find(isText);
  if (key === undefined) return [];
  const quoted = modelTexts.map((text) => `'${text.replaceAll("'", "''")}'`);
  const some = quoted.filter((_, index) => (index + seed) % 2 === 0).join(',');
  const filter = `(${key} ${seed % 3 === 0 ? 'notin' : 'in'} ${some})`;
  const others = request.dimensions?.filter((name) => name !== key) ?? [];
  return [
    { ...request, filter },
    { ...request, filter, dimensions: others },
  ];
}

function readsPartials(request: QueryRequest, context: RandomDataset['context']): boolean {
  const planned = planQuery(request, context);
  if (!planned.ok) return false;
  const boundPlan = bindPlan(planned.plan, catalogue);
  return partialShape(boundPlan, 'DuckDB') !== null && limitBoundKind(boundPlan) !== 'time';
}

const writer = createSegmentWriter({ memoryMb: 256, threads: 1, maxPartialRowsPerFact: Infinity });

/** Computes the partials of a report that was not asked for before, and compares the first one over them. */
async function comparePrepared(world: World, plan: Plan, expected: string): Promise<void> {
  const { placed, ids, prepared } = world;
  const shape = partialShape(bindPlan(plan, catalogue), engine.identity.version);
  if (shape === null) throw new Error('the plan reads no partials');
  await prepared.uses.record(shape, plan);
  const stored = storedSegments({ ...placed, ids });
  const segments = {
    listInRange: () => Promise.resolve({ segments: stored, expiredBeforeMs: placed.expiredBeforeMs }),
  };
  const ports = { catalogue, segments, segmentFiles: filesOf(stored), partials: prepared, writer };
  const directory = await mkdtemp(path.join(folder.path, 'prepared-'));
  const { signal } = new AbortController();
  const terms = { settled: new Set<string>(), directory, signal, untilMs: Infinity };
  counts.prepared += await preparePartials(ports, terms);
  const task = await taskOf(world, plan, prepared);
  const inRange = task.facts.partials?.coverable ?? [];
  // Whatever a report could compute is there, unless a sum was too large.
  expect(inRange).toEqual([]);
  expect((await linesOf(engine.writeRows(task))).text).toBe(expected);
}

const taskOf = ({ placed, ids }: World, plan: Plan, partials: PartialFiles | null) =>
  taskOverPartials({ ...placed, ids }, plan, { parent: folder.path, partials, engine });

/** Compares a report over facts with the same over partials, that it computes and that it finds. */
async function compare(world: World, request: QueryRequest): Promise<void> {
  const planned = planQuery({ ...request, outputFormat: 'json' }, world.random.context);
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  const { plan } = planned;
  const expected = await linesOf(engine.writeRows(await taskOf(world, plan, null)));
  await comparePrepared(world, plan, expected.text);
  // Nothing is computed for a report of which no other has asked for the same before.
  const unseen = (await taskOf(world, plan, world.partials)).facts.partials;
  expect(unseen === undefined || unseen.covering.length > 0).toBe(true);
  const first = await taskOf(world, plan, world.partials);
  const { coverable, covering } = first.facts.partials ?? { coverable: [], covering: [] };
  expect((await linesOf(engine.writeRows({ ...first, pauses }))).text).toBe(expected.text);
  const second = await taskOf(world, plan, world.partials);
  const { partials } = second.facts;
  expect((await linesOf(engine.writeRows({ ...second, pauses }))).text).toBe(expected.text);
  // Whatever was computed is found again, unless a sum was too large.
  expect(partials?.coverable ?? []).toEqual([]);
  counts.plans += 1;
  counts.computed += coverable.length > 0 ? 1 : 0;
  counts.read += partials !== undefined && partials.covering.length > 0 ? 1 : 0;
  counts.ofAnotherShape += covering.some(({ shape }) => shape.id !== first.facts.partials?.shape.id) ? 1 : 0;
  counts.ofAllFacts += covering.some(({ shape }) => shape.filter === null && plan.filter !== null) ? 1 : 0;
  counts.refused += coverable.length > 0 && partials === undefined ? 1 : 0;
  counts.besideFacts += partials !== undefined && second.facts.segments.length > 0 ? 1 : 0;
  const rows = await rowsOf(engine.run(await taskOf(world, plan, null)));
  expect(await rowsOf(engine.run(await taskOf(world, plan, world.partials)))).toEqual(rows);
}

test('reports over partials have the bytes of reports over facts, whatever is hidden, hot or sealed', async () => {
  await fc.assert(
    fc.asyncProperty(placements, placements, fc.integer(), async (begun, changed, seed) => {
      // Later comparisons are of hidden facts.
      const placement = { ...begun, deleted: null, isBatchDeleted: false, expiredHour: null };
      for (const random of sealedDatasets) {
        const directory = path.join(folder.path, `partials-${(segments += 1)}`);
        const options = { maxBytes: 2 ** 30, minFacts: 1, onFault: (error: unknown) => faults.push(error) };
        const partials = createPartialFiles({ directory, ...options });
        const prepared = createPartialFiles({ directory: `${directory}-prepared`, ...options });
        const placed = await placeFacts(folder.path, random, placement);
        const ids = placed.segments.map((_, index) => `${seed}-${segments}-${index}`);
        const world = { random, placed, ids, partials, prepared };
        const requests = requestsOf(random, seed);
        for (const request of requests) await compare(world, request);
        // Facts of the same segments are deleted or expire.
        const { deleted, isBatchDeleted } = changed;
        const expiredHour = seed % 3 === 0 ? changed.expiredHour : null;
        const hidden = { deleted: deleted ?? someHours, isBatchDeleted, expiredHour };
        const later = await placeFacts(folder.path, random, { ...placement, ...hidden });
        const isRewritten = later.segments.length !== placed.segments.length || later.isMerged;
        if (!isRewritten) for (const request of requests) await compare({ ...world, placed: later }, request);
      }
    }),
    { numRuns, endOnFailure: true, ...(isShort && { seed: shortSeed }) },
  );
  console.info(JSON.stringify(counts));
  expect(faults).toEqual([]);
  // Otherwise the comparison would have lost its subject unnoticed.
  const { plans, computed, read, ofAnotherShape, ofAllFacts, besideFacts } = counts;
  expect(read).toBeGreaterThan(0.25 * plans);
  expect(Math.min(computed, counts.prepared, ofAnotherShape, ofAllFacts, besideFacts)).toBeGreaterThan(0);
}, 1_800_000);
