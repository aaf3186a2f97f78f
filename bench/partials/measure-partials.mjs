import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { createDuckDbEngine, createSegmentWriter } from '@hourglass/engine-duckdb';
import { createPartialFiles } from '@hourglass/object-store';
import { bindPlan, catalogue, mayRead } from '@hourglass/query';
import { placeSegments, preparePartials } from '@hourglass/reports';
import { median } from '../api/latencies.mjs';
import { planOf, segmentsInRange } from '../rivals/engine.mjs';
import { environmentId } from '../rivals/write-segments.mjs';
import { partialReports } from './partial-reports.mjs';

/** The memory for queries of a worker with the default settings, which keeps a third of it for a small query. */
const engineOptions = { memoryMb: Math.floor(1024 * 0.78), threads: 2, maxConcurrentRuns: 2 };
const { signal } = new AbortController();

/** Measures each report, with partials of its own. Returns medians in milliseconds and the bytes of the partials. */
export async function measurePartials({ segments, directory, rounds, logProgress }) {
  const engine = createDuckDbEngine({ ...engineOptions, directory });
  const stored = segments.map((segment, index) => ({ ...segment, id: `segment-${index}` }));
  const world = { engine, stored, directory };
  const reports = [];
  for (const { name, request, later, sparser } of partialReports) {
    logProgress(name);
    const measured = {
      facts: await measure(world, request, rounds),
      // The first report reads facts, the second one computes partials.
      computing: await measureAfter(world, [request], request, rounds),
    };
    const partials = await newPartials(directory);
    for (const each of [request, request]) await answerOf(world, each, partials.files);
    measured.repeated = await measure(world, request, rounds, partials.files);
    const bytes = await bytesOf(partials.folder);
    measured.laterFacts = await measure(world, later, rounds);
    measured.later = await measureAfter(world, [request, request], later, rounds);
    measured.laterPrepared = await measureAfter(world, [request, request], later, rounds, prepare);
    if (sparser !== undefined) {
      measured.sparserFacts = await measure(world, sparser, rounds);
      measured.sparser = await measure(world, sparser, rounds, partials.files);
    }
    reports.push({ name, bytes, scanned: scannedFacts(stored, request), ...measured });
    await rm(partials.folder, { recursive: true });
  }
  return { segmentBytes: stored.reduce((sum, { bytes }) => sum + bytes, 0), reports };
}

async function measure(world, request, rounds, files = null) {
  // Loads code and files.
  const { digest } = await answerOf(world, request, files);
  const runs = [];
  for (let round = 0; round < rounds; round += 1) runs.push(await answerOf(world, request, files));
  return { ms: median(runs.map(({ ms }) => ms)), digest, readsPartials: runs[0].readsPartials };
}

/** Measures a report after others, each time with new partials, and after `before` if it is given. */
async function measureAfter(world, earlier, request, rounds, before = async () => {}) {
  const runs = [];
  for (let round = 0; round < rounds; round += 1) {
    const { files, folder } = await newPartials(world.directory);
    for (const each of earlier) await answerOf(world, each, files);
    await before(world, files);
    runs.push(await answerOf(world, request, files));
    await rm(folder, { recursive: true });
  }
  return { ms: median(runs.map(({ ms }) => ms)), digest: runs[0].digest };
}

/** Computes the partials of new segments, as a worker does between two reports. */
async function prepare({ stored, directory: parent }, partials) {
  const directory = await mkdtemp(path.join(parent, 'prepared-'));
  const segments = {
    listInRange: async (_, range) => ({
      segments: stored.filter((segment) => mayRead([range], segment)),
      expiredBeforeMs: null,
    }),
  };
  const writer = createSegmentWriter({ memoryMb: Math.floor(1024 * 0.22), threads: 1 });
  const ports = { catalogue, segments, segmentFiles: filesOf(stored), partials, writer };
  await preparePartials(ports, { settled: new Set(), directory, signal, untilMs: Infinity });
  await rm(directory, { recursive: true });
}

/** Links segments, because an engine reads files of its directory only. */
function filesOf(stored) {
  const paths = new Map(stored.map(({ id, path: file }) => [id, file]));
  return {
    place: (wanted, { directory }) =>
      Promise.all(
        wanted.map(async ({ id }) => {
          const file = path.join(directory, `${id}.parquet`);
          await link(paths.get(id), file);
          return file;
        }),
      ),
  };
}

async function newPartials(directory) {
  const folder = await mkdtemp(path.join(directory, 'partials-'));
  const onFault = (error) => {
    throw error;
  };
  return { folder, files: createPartialFiles({ directory: folder, maxBytes: 2 ** 40, onFault }) };
}

/** Computes a report as a worker does, from its snapshot to the last file of rows. */
async function answerOf({ engine, stored, directory: parent }, request, partials) {
  const directory = await mkdtemp(path.join(parent, 'task-'));
  const boundPlan = bindPlan(planOf(request, environmentId), catalogue);
  const snapshot = {
    ...{ hotFactsPath: path.join(directory, 'none.csv'), hotRows: 0 },
    ...{ expiredBeforeMs: null, watermark: null, takenAt: new Date(0) },
    segments: segmentsInRange(stored, boundPlan.plan),
  };
  const hash = createHash('sha256');
  const beganMs = performance.now();
  const facts = await placeSegments(
    boundPlan,
    snapshot,
    { segmentFiles: filesOf(stored), partials, engine },
    { directory, signal },
  );
  for await (const file of engine.writeRows({ ...boundPlan, facts, directory, signal }))
    for await (const piece of createReadStream(file.path)) hash.update(piece);
  const ms = performance.now() - beganMs;
  await rm(directory, { recursive: true });
  return { ms, digest: hash.digest('hex'), readsPartials: facts.partials !== undefined };
}

function scannedFacts(stored, request) {
  const plan = planOf(request, environmentId);
  return segmentsInRange(stored, plan).reduce((sum, { facts }) => sum + facts, 0);
}

async function bytesOf(folder) {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => stat(path.join(folder, name))));
  return sizes.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}
