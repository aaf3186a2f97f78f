import { createHash } from 'node:crypto';
import { readFile as readWhole, rm } from 'node:fs/promises';
import path from 'node:path';
import { median } from '../api/latencies.mjs';
import { createReportEngine } from './engine.mjs';
import { createPartials, writeReportFiles } from './report-files.mjs';
import { withoutLimit } from './suites.mjs';
import { medianTimes, timed, unlessOutOfMemory } from './timing.mjs';

/**
 * Measures for each shape the parts that a limit, open files and partials have in the time of Hourglass, beside ClickHouse:
 * medians in milliseconds of writing the rows as lines of JSON to a file. Numbers of rows are compared with
 * ClickHouse, and the rows over partials with those over facts.
 *
 * `place` has the segments, their environment and their folder, in which all files are written.
 */
export async function measureCauses({ shapes, place, threads, clickhouse, repetitions, logProgress }) {
  const { segments, environmentId, directory } = place;
  const stored = segments.map((segment) => ({ ...segment, id: String(segment.id), deletions: [] }));
  const openWorld = () => ({
    engine: createReportEngine({ directory, threads }),
    segments: stored,
    ...{ environmentId, directory },
  });
  const contestants = contestantsOf(openWorld, clickhouse, path.join(directory, 'clickhouse.json'));
  const causes = [];
  for (const shape of shapes) {
    logProgress(`looking for the cause: ${shape.name}`);
    const limited = await measureRuns(contestants, shape, repetitions);
    const hasLimit = shape.request.limit !== undefined;
    const { cold: _, ...warm } = contestants;
    const whole = hasLimit ? await measureRuns(warm, withoutLimit(shape), repetitions) : null;
    const partials = await measurePartials(openWorld(), shape, repetitions);
    causes.push({
      ...{ name: shape.name, suite: shape.suite, rows: whole?.rows, readsPartials: partials.isRead },
      ms: { ...limited.ms, whole: whole?.ms.warm, clickhouseWhole: whole?.ms.clickhouse, ...partials.ms },
      isEqual: [limited, whole, partials].every((measured) => measured?.isEqual ?? true),
    });
  }
  return causes;
}

/** Each returns the milliseconds and number of rows of a shape. */
function contestantsOf(openWorld, clickhouse, file) {
  const world = openWorld();
  const outOfMemory = { ms: Infinity, rows: null };
  return {
    /** An engine of all shapes, which keeps an instance open. */
    warm: ({ request }) => unlessOutOfMemory(() => writeReportFiles(world, request), outOfMemory),
    cold: ({ request }) => unlessOutOfMemory(() => writeReportFiles(openWorld(), request), outOfMemory),
    async clickhouse(shape) {
      try {
        const ms = await timed(() => clickhouse.writeFile(shape, file));
        return { ms, rows: await clickhouse.countLines(file) };
      } finally {
        await rm(file, { force: true });
      }
    },
  };
}

/** Returns medians by contestant, the number of rows, and whether it is the same for all. */
async function measureRuns(contestants, shape, repetitions) {
  const counts = new Map();
  const work = Object.entries(contestants).map(([name, run]) => async () => {
    const { ms, rows } = await run(shape);
    if (rows !== null) counts.set(name, rows);
    return ms;
  });
  const medians = await medianTimes(work, repetitions);
  const rows = counts.get('clickhouse');
  const isEqual = [...counts.values()].every((count) => count === rows);
  if (!isEqual) console.log(`DIFFERENT: "${shape.name}", numbers of rows: ${[...counts].join('; ')}`);
  return {
    ms: Object.fromEntries(Object.keys(contestants).map((name, index) => [name, medians[index]])),
    ...{ rows, isEqual },
  };
}

/** A report reads facts the first time, computes partials the second time, and reads them the third time. */
async function measurePartials(world, { name, request }, { rounds }) {
  const runs = { computing: [], repeated: [] };
  const overFacts = await digestOf(world, request, null);
  let isEqual = true;
  let isRead = false;
  for (let round = 0; round < rounds; round += 1) {
    const { files, folder } = await createPartials(world.directory);
    const run = () => writeReportFiles(world, request, { partials: files });
    await run();
    runs.computing.push((await run()).ms);
    const repeated = await run();
    runs.repeated.push(repeated.ms);
    isRead = repeated.readsPartials;
    isEqual &&= (await digestOf(world, request, files)) === overFacts;
    await rm(folder, { recursive: true });
  }
  if (!isEqual) console.log(`DIFFERENT: "${name}", over partials`);
  return { ms: { computing: median(runs.computing), repeated: median(runs.repeated) }, isRead, isEqual };
}

async function digestOf(world, request, partials) {
  const hash = createHash('sha256');
  const readFile = async (file) => {
    hash.update(await readWhole(file));
  };
  await writeReportFiles(world, request, { partials, readFile });
  return hash.digest('hex');
}
