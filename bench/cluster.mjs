/**
 * npm run bench:cluster [-- --rows 12000000 --repetitions 3 --keep FOLDER]: computes the reports of bench/rivals on one, two and three
 * nodes of ClickHouse, compares their bytes with those of DuckDB, and prints the processor time of the busiest node and
 * the rows that the others send to the first one. A model of both predicts larger clusters; its error is that of
 * predicting three nodes from one and two. Wall-clock times would say nothing, because the nodes share this machine.
 *
 * Exits with code 1 when bytes differ, with --strict also when a target is missed.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { reportFailure } from '../scripts/report-failure.mjs';
import { setUp } from '../scripts/setup.mjs';
import { installRivals } from './rivals/install.mjs';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '12000000' },
    'segment-facts': { type: 'string', default: '500000' },
    repetitions: { type: 'string', default: '3' },
    nodes: { type: 'string', default: '1,2,3' },
    only: { type: 'string', default: '' },
    keep: { type: 'string' },
    json: { type: 'string' },
    strict: { type: 'boolean', default: false },
  },
});

await reportFailure(async () => {
  await setUp();
  await installRivals();
  // Imported late, because they need the build and the dependencies.
  const { storeSegments } = await import('./cluster/store-segments.mjs');
  const { answersOfDuckDb, measureClusters } = await import('./cluster/measure-nodes.mjs');
  const { clusterReports } = await import('./cluster/cluster-reports.mjs');
  const { printCluster } = await import('./cluster/print-cluster.mjs');
  const folder = await mkdtemp(path.join(tmpdir(), 'hourglass-bench-cluster-'));
  const stored = await storeSegments({
    directory: folder,
    rows: Number(options.rows),
    segmentFacts: Number(options['segment-facts']),
    keptIn: options.keep,
    logProgress,
  });
  try {
    const reports = clusterReports.filter(({ name }) => name.includes(options.only));
    const expected = await answersOfDuckDb({ reports, stored, directory: folder, logProgress });
    const measured = await measureClusters({
      counts: options.nodes.split(',').map(Number),
      repetitions: Number(options.repetitions),
      ...{ reports, stored, directory: folder, expected, logProgress },
    });
    if (options.json !== undefined) await writeFile(options.json, JSON.stringify(measured, null, 2));
    const { isMissed, isDifferent } = printCluster(measured, options);
    process.exitCode = isDifferent || (options.strict && isMissed) ? 1 : 0;
  } finally {
    await stored.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

function logProgress(text) {
  console.error(`bench: ${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}`);
}
