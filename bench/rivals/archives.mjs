import { timeBareEngine } from './bare-engine.mjs';
import { planOf } from './engine.mjs';
import { reportsForWriting, shapes } from './shapes.mjs';
import { medianTimes, timed } from './timing.mjs';

const rowsWritten = 5_000_000;

/**
 * Measures each shape and reports of many rows: milliseconds from submission until the archive can be downloaded, and
 * milliseconds of the bare engine that writes the same rows to a gzip file. Infinity: out of memory. `place` has the
 * segments, their environment and their folder.
 */
export async function measureArchives({ running, place, rows, threads, repetitions, logProgress }) {
  const { segments, environmentId, directory } = place;
  const large = reportsForWriting(Math.min(rowsWritten, rows)).map((report) => ({
    ...report,
    isForWriting: true,
  }));
  const measured = [];
  for (const { name, request, isForWriting = false } of [...shapes, ...large]) {
    logProgress(`writing: ${name}`);
    const plan = planOf(request, environmentId);
    const [systemMs, bareMs] = await medianTimes(
      [() => timeReport(running, request), () => timeBareEngine({ plan, segments, directory, threads })],
      repetitions,
    );
    measured.push({ name, isForWriting, systemMs, bareMs });
  }
  return measured;
}

async function timeReport(running, request) {
  try {
    return await timed(() => running.report(request));
  } catch (error) {
    if (/of memory/.test(error.message)) return Infinity;
    throw error;
  }
}
