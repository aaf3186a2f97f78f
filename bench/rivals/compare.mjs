import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { measureArchives } from './archives.mjs';
import { startClickHouseRival } from './clickhouse.mjs';
import { openHourglassEngine, planOf } from './engine.mjs';
import { figuresOf } from './figures.mjs';
import { generateFacts } from './generate-facts.mjs';
import { startPostgresRival } from './postgres.mjs';
import { printReport } from './print-report.mjs';
import { columnKinds, differenceOf } from './rows.mjs';
import { shapes } from './shapes.mjs';
import { withSystem } from './system.mjs';
import { medianTimes, timed } from './timing.mjs';

const rivalStarters = { postgres: startPostgresRival, clickhouse: startClickHouseRival };

/** Runs everything and prints it. Answers whether all results agree and, where that is asked for, every figure is met. */
export async function compareWithRivals(options) {
  const baseline =
    options.baseline === undefined ? null : JSON.parse(await readFile(options.baseline, 'utf8'));
  const folder = await mkdtemp(path.join(options.directory ?? tmpdir(), 'hourglass-bench-'));
  // Root's PostgreSQL runs as another account, which must get through.
  await chmod(folder, 0o755);
  try {
    const measured = await measure(options, folder);
    const figures = figuresOf(measured, baseline);
    printReport(measured, figures);
    if (options.json !== undefined)
      await writeFile(options.json, JSON.stringify({ ...measured, figures }, null, 2));
    const { passed, failed } = measured.comparisons;
    if (options.smoke) console.log(`${passed} passed, ${failed} failed`);
    return failed === 0 && !(options.strict && figures.some(({ met }) => met === false));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(options, folder) {
  const { rows, seed, threads } = options;
  const place = async (name) => {
    const directory = path.join(folder, name);
    await mkdir(directory, { mode: 0o755 });
    return directory;
  };
  // The system is stopped in its own way, which takes longer than to reject: so this is not for all of it.
  const interrupted = interruption();
  const unlessInterrupted = (work) => Promise.race([work, interrupted]);
  tell(`writing ${rows.toLocaleString('en')} facts`);
  const files = await unlessInterrupted(
    generateFacts({ rows, seed, directory: await place('facts'), threads }),
  );
  const rivals = [];
  try {
    const loads = await unlessInterrupted(loadRivals(rivals, { files, place, options }));
    const repetitions = options.smoke ? { rounds: 1, fastRounds: 1 } : { rounds: 3, fastRounds: 5 };
    const segmentFolder = await place('segments');
    const { engine, loadMs, segmentBytes, ...system } = await withSystem(
      { directory: await place('system'), threads },
      (running) => measureSystem({ running, files, rivals, options, segmentFolder, repetitions }),
    );
    const engines = [{ key: 'hourglass', ...engine }, ...rivals];
    return {
      rows,
      seed,
      threads,
      machine: `${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node.js ${process.version}`,
      contestants: await Promise.all(engines.map((contestant) => contestant.describe())),
      loads: { ...loads, hourglass: loadMs },
      bytes: { ...(await bytesOf(rivals)), hourglass: { table: segmentBytes } },
      ...system,
      shapes: await unlessInterrupted(measureEngines(engines, repetitions)),
    };
  } finally {
    for (const rival of rivals) await rival.stop();
  }
}

/** Adds every rival to `rivals` as soon as it runs, and answers how long each of its files took. */
async function loadRivals(rivals, { files, place, options }) {
  const loads = {};
  for (const [key, start] of Object.entries(rivalStarters)) {
    if (options.without.includes(key)) continue;
    const rival = await start({ directory: await place(key), threads: options.threads });
    rivals.push({ key, ...rival });
    loads[key] = await rival.load(files, (done) => tell(`${rival.name}: ${done} of ${files.length} files`));
  }
  return loads;
}

async function measureSystem({ running, files, rivals, options, segmentFolder, repetitions }) {
  const { rows, threads, smoke } = options;
  const loadMs = await running.load(files, (done) => tell(`Hourglass: ${done} of ${files.length} batches`));
  tell('Hourglass: sealing and merging');
  await running.settled();
  const afterSealing = await running.workerPeakBytes();
  const environmentId = await running.environmentId();
  const segments = await running.placeSegments(segmentFolder);
  const engine = openHourglassEngine({ directory: segmentFolder, segments, environmentId, threads });
  const comparisons = await compareResults({ running, engine, rivals, environmentId });
  const place = { segments, environmentId, directory: segmentFolder };
  const archives = smoke ? [] : await measureArchives({ running, place, rows, threads, repetitions, tell });
  return {
    engine,
    loadMs,
    segmentBytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
    segments: segments.length,
    comparisons,
    archives,
    memory: { afterSealing, afterReports: await running.workerPeakBytes() },
  };
}

/** Everybody's rows against those of Hourglass's engine: each rival's, and those in the archive that a client downloads. */
async function compareResults({ running, engine, rivals, environmentId }) {
  const others = [
    ...rivals.map((rival) => ({
      name: rival.name,
      rows: async (shape) => rival.rowsOf(await rival.run(shape)),
    })),
    { name: 'the archive', rows: async ({ request }) => running.rowsOf(await running.report(request)) },
  ];
  const comparisons = { passed: 0, failed: 0 };
  for (const shape of shapes) {
    tell(`comparing: ${shape.name}`);
    const kinds = columnKinds(planOf(shape.request, environmentId));
    const expected = engine.rowsOf(await engine.run(shape));
    if (expected.length === 0) throw new Error(`"${shape.name}" has no rows, so comparing them says nothing`);
    for (const { name, rows } of others) {
      const difference = differenceOf(await rows(shape), expected, kinds);
      comparisons[difference === null ? 'passed' : 'failed'] += 1;
      if (difference !== null)
        console.log(`DIFFERENT: "${shape.name}", ${name} and the engine: ${difference}`);
    }
  }
  if (comparisons.failed > 0) console.log('the times below are of engines that do not agree');
  return comparisons;
}

async function measureEngines(engines, repetitions) {
  const measured = [];
  for (const shape of shapes) {
    tell(`measuring: ${shape.name}`);
    const medians = await medianTimes(
      engines.map((engine) => () => timed(() => engine.run(shape))),
      repetitions,
    );
    measured.push({
      name: shape.name,
      ms: Object.fromEntries(engines.map(({ key }, index) => [key, medians[index]])),
    });
  }
  return measured;
}

async function bytesOf(rivals) {
  return Object.fromEntries(await Promise.all(rivals.map(async ({ key, bytes }) => [key, await bytes()])));
}

/** Rejects on Ctrl-C and its like, so that what was started is stopped and what was written is removed. */
function interruption() {
  const interrupted = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
    }
  });
  // It is looked at only while something is waited for, and may be rejected in between.
  interrupted.catch(() => {});
  return interrupted;
}

function tell(text) {
  console.error(`bench: ${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}`);
}
