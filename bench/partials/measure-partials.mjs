import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { median } from '../api/latencies.mjs';
import { createReportEngine, planOf, segmentsInRange } from '../rivals/engine.mjs';
import { createPartials, writeReportFiles } from '../rivals/report-files.mjs';
import { environmentId } from '../rivals/write-segments.mjs';
import { partialReports } from './partial-reports.mjs';
import { prepare } from './prepare-partials.mjs';

/** Measures each report, with partials of its own. Returns medians in milliseconds and the bytes of the partials. */
export async function measurePartials({ segments, directory, rounds, logProgress }) {
  const engine = createReportEngine({ directory, threads: 2 });
  const stored = segments.map((segment, index) => ({ ...segment, id: `segment-${index}` }));
  const world = { engine, segments: stored, environmentId, directory };
  const reports = [];
  for (const { name, request, later, sparser } of partialReports) {
    logProgress(name);
    const measured = {
      facts: await measure(world, request, rounds),
      // The first report reads facts, the second one computes partials.
      computing: await measureAfter(world, [request], request, rounds),
    };
    const partials = await createPartials(directory);
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
    const { files, folder } = await createPartials(world.directory);
    for (const each of earlier) await answerOf(world, each, files);
    await before(world, files);
    runs.push(await answerOf(world, request, files));
    await rm(folder, { recursive: true });
  }
  return { ms: median(runs.map(({ ms }) => ms)), digest: runs[0].digest };
}

/** Computes a report, reads its files, and returns their digest. */
async function answerOf(world, request, partials) {
  const hash = createHash('sha256');
  const readFile = async (file) => {
    for await (const piece of createReadStream(file)) hash.update(piece);
  };
  const { ms, readsPartials } = await writeReportFiles(world, request, { partials, readFile });
  return { ms, digest: hash.digest('hex'), readsPartials };
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
