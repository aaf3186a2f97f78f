import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { measureArchives } from './archives.mjs';
import { measureCauses } from './causes.mjs';
import { startClickHouseRival } from './clickhouse.mjs';
import { openHourglassEngine, planOf } from './engine.mjs';
import { figuresOf } from './figures.mjs';
import { generateFacts } from './generate-facts.mjs';
import { startPostgresRival } from './postgres.mjs';
import { printReport } from './print-report.mjs';
import { columnKinds, differenceOf } from './rows.mjs';
import { shapesOf } from './suites.mjs';
import { withSystem } from './system.mjs';
import { medianTimes, timed } from './timing.mjs';

const rivalStarters = { postgres: startPostgresRival, clickhouse: startClickHouseRival };

/** Runs the benchmark and prints the report. Returns whether all results agree and, with `strict`, all targets are met. */
export async function compareWithRivals(options) {
  const baseline =
    options.baseline === undefined ? null : JSON.parse(await readFile(options.baseline, 'utf8'));
  const folder = await mkdtemp(path.join(options.directory ?? tmpdir(), 'hourglass-bench-'));
  // As root, PostgreSQL runs under another account, which must be able to enter the folder.
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
  const shapes = shapesOf(options.suite);
  const place = async (name) => {
    const directory = path.join(folder, name);
    await mkdir(directory, { mode: 0o755 });
    return directory;
  };
  // Not for `withSystem`, which handles signals itself and needs time to stop.
  const interrupted = interruption();
  const unlessInterrupted = (work) => Promise.race([work, interrupted]);
  logProgress(`writing ${rows.toLocaleString('en')} facts`);
  const files = await unlessInterrupted(
    generateFacts({ rows, seed, directory: await place('facts'), threads }),
  );
  const rivals = [];
  try {
    const loads = await unlessInterrupted(loadRivals(rivals, { files, place, options }));
    const repetitions = options.smoke ? { rounds: 1, fastRounds: 1 } : { rounds: 3, fastRounds: 5 };
    const segmentFolder = await place('segments');
    const {
      engine,
      place: segmentPlace,
      loadMs,
      segmentBytes,
      ...system
    } = await withSystem({ directory: await place('system'), threads }, (running) =>
      measureSystem({ running, files, rivals, shapes, options, segmentFolder, repetitions }),
    );
    const engines = [{ key: 'hourglass', ...engine }, ...rivals];
    const measuredShapes = await unlessInterrupted(measureEngines(engines, shapes, repetitions));
    const clickhouse = rivals.find(({ key }) => key === 'clickhouse');
    const causing = { shapes, place: segmentPlace, threads, clickhouse, repetitions, logProgress };
    const causes = options.causes ? await unlessInterrupted(measureCauses(causing)) : [];
    return {
      rows,
      seed,
      threads,
      machine: `${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node.js ${process.version}`,
      contestants: await Promise.all(engines.map((contestant) => contestant.describe())),
      loads: { ...loads, hourglass: loadMs },
      bytes: { ...(await bytesOf(rivals)), hourglass: { table: segmentBytes } },
      ...system,
      comparisons: withCauses(system.comparisons, causes),
      shapes: measuredShapes,
      causes,
    };
  } finally {
    for (const rival of rivals) await rival.stop();
  }
}

/** Adds each rival to `rivals` as soon as it runs. Returns the load times of its files in milliseconds. */
async function loadRivals(rivals, { files, place, options }) {
  const loads = {};
  for (const [key, start] of Object.entries(rivalStarters)) {
    if (options.without.includes(key)) continue;
    const rival = await start({ directory: await place(key), threads: options.threads });
    rivals.push({ key, ...rival });
    loads[key] = await rival.load(files, (done) =>
      logProgress(`${rival.name}: ${done} of ${files.length} files`),
    );
  }
  return loads;
}

async function measureSystem({ running, files, rivals, shapes, options, segmentFolder, repetitions }) {
  const { rows, threads, smoke, suite } = options;
  const loadMs = await running.load(files, (done) =>
    logProgress(`Hourglass: ${done} of ${files.length} batches`),
  );
  logProgress('Hourglass: sealing and merging');
  await running.settled();
  const afterSealing = await running.workerPeakBytes();
  const environmentId = await running.environmentId();
  const segments = await running.placeSegments(segmentFolder);
  const engine = openHourglassEngine({ directory: segmentFolder, segments, environmentId, threads });
  const comparisons = await compareResults({ running, engine, rivals, shapes, environmentId });
  const place = { segments, environmentId, directory: segmentFolder };
  const hasArchives = !smoke && suite !== 'public';
  const archives = hasArchives
    ? await measureArchives({ running, place, rows, threads, repetitions, logProgress })
    : [];
  return {
    ...{ engine, place },
    loadMs,
    segmentBytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
    segments: segments.length,
    comparisons,
    archives,
    memory: { afterSealing, afterReports: await running.workerPeakBytes() },
  };
}

/** Compares the rows of Hourglass's engine with those of each rival and those in the downloaded archive. */
async function compareResults({ running, engine, rivals, shapes, environmentId }) {
  const others = [
    ...rivals.map((rival) => ({
      name: rival.name,
      rows: async (shape) => rival.rowsOf(await rival.run(shape)),
    })),
    { name: 'the archive', rows: async ({ request }) => running.rowsOf(await running.report(request)) },
  ];
  const comparisons = { passed: 0, failed: 0 };
  for (const shape of shapes) {
    logProgress(`comparing: ${shape.name}`);
    const kinds = columnKinds(planOf(shape.request, environmentId));
    const expected = engine.rowsOf(await engine.run(shape));
    if (expected.length === 0) throw new Error(`"${shape.name}": no rows to compare; expected at least one`);
    for (const { name, rows } of others) {
      const difference = differenceOf(await rows(shape), expected, kinds);
      comparisons[difference === null ? 'passed' : 'failed'] += 1;
      if (difference !== null)
        console.log(`DIFFERENT: "${shape.name}", ${name} against the engine: ${difference}`);
    }
  }
  if (comparisons.failed > 0) console.log('warning: results differ, so the times below are not comparable');
  return comparisons;
}

async function measureEngines(engines, shapes, repetitions) {
  const measured = [];
  for (const shape of shapes) {
    logProgress(`measuring: ${shape.name}`);
    const medians = await medianTimes(
      engines.map((engine) => () => timed(() => engine.run(shape))),
      repetitions,
    );
    measured.push({
      ...{ name: shape.name, suite: shape.suite },
      ms: Object.fromEntries(engines.map(({ key }, index) => [key, medians[index]])),
    });
  }
  return measured;
}

function withCauses({ passed, failed }, causes) {
  const equal = causes.filter(({ isEqual }) => isEqual).length;
  return { passed: passed + equal, failed: failed + causes.length - equal };
}

async function bytesOf(rivals) {
  return Object.fromEntries(await Promise.all(rivals.map(async ({ key, bytes }) => [key, await bytes()])));
}

/** Rejects on a signal, so that the benchmark stops its processes and removes its files. */
function interruption() {
  const interrupted = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
    }
  });
  // Awaited only now and then; a rejection in between must not end the process.
  interrupted.catch(() => {});
  return interrupted;
}

function logProgress(text) {
  console.error(`bench: ${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}`);
}
