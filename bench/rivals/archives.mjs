import { timeBareEngine } from './bare-engine.mjs';
import { planOf } from './engine.mjs';
import { reportsForWriting, rivalSql, shapes } from './shapes.mjs';
import { medianTimes, timed, unlessOutOfMemory } from './timing.mjs';

const rowsWritten = 5_000_000;

/**
 * Measures the shapes of the contract and reports of many rows: milliseconds from submission until the archive can be
 * downloaded, and milliseconds of the bare engine that writes the same rows to a gzip file. Infinity: out of memory.
 * `place` has the segments, their environment and their folder.
 */
export async function measureArchives({ running, place, rows, threads, repetitions, logProgress }) {
  const { segments, environmentId, directory } = place;
  const large = reportsForWriting(Math.min(rowsWritten, rows)).map((report) => ({
    ...report,
    isForWriting: true,
  }));
  const bare = { segments, directory, threads };
  const measured = [];
  for (const shape of [...shapes, ...large]) {
    const { name, request, isForWriting = false } = shape;
    logProgress(`writing: ${name}`);
    const plan = planOf(request, environmentId);
    const statement = shape.duckdb === undefined ? null : rivalSql(shape, 'duckdb', environmentId);
    const [systemMs, bareMs] = await medianTimes(
      [
        () => unlessOutOfMemory(() => timed(() => running.report(request)), Infinity),
        () => timeBareEngine({ plan, statement, ...bare }),
      ],
      repetitions,
    );
    measured.push({ name, isForWriting, hasOwnStatement: statement !== null, systemMs, bareMs });
  }
  return measured;
}
