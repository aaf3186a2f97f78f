import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { createPartialFiles } from '@hourglass/object-store';
import { bindPlan, catalogue } from '@hourglass/query';
import { placeSegments } from '@hourglass/reports';
import { planOf, segmentsInRange } from './engine.mjs';

/**
 * Computes a report as a worker does, from its snapshot to the last file of rows, with partials or without (null).
 * Returns its milliseconds, rows, and whether it was to read partials. `readFile` gets the path of each file, and its time
 * counts.
 *
 * `world` has the engine, its directory, the segments in it, each with an id, and their environment.
 */
export async function writeReportFiles(world, request, { partials = null, readFile = async () => {} } = {}) {
  const { engine, segments, environmentId, directory: parent } = world;
  const directory = await mkdtemp(path.join(parent, 'task-'));
  const boundPlan = bindPlan(planOf(request, environmentId), catalogue);
  const paths = new Map(segments.map(({ id, path: file }) => [id, file]));
  const segmentFiles = { place: async (wanted) => wanted.map(({ id }) => paths.get(id)) };
  const snapshot = {
    ...{ hotFactsPath: path.join(directory, 'none.csv'), hotRows: 0 },
    ...{ expiredBeforeMs: null, watermark: null, takenAt: new Date(0) },
    segments: segmentsInRange(segments, boundPlan.plan),
  };
  const { signal } = new AbortController();
  const beganMs = performance.now();
  const ports = { segmentFiles, partials, engine };
  const facts = await placeSegments(boundPlan, snapshot, ports, { directory, signal });
  let rows = 0;
  for await (const file of engine.writeRows({ ...boundPlan, facts, directory, signal })) {
    rows += file.rows;
    await readFile(file.path);
    await rm(file.path);
  }
  const ms = performance.now() - beganMs;
  await rm(directory, { recursive: true });
  return { ms, rows, readsPartials: facts.partials !== undefined };
}

/** Creates a folder for partials below `directory`, without a bound on its size. */
export async function createPartials(directory) {
  const folder = await mkdtemp(path.join(directory, 'partials-'));
  const onFault = (error) => {
    throw error;
  };
  return { folder, files: createPartialFiles({ directory: folder, maxBytes: 2 ** 40, onFault }) };
}
