/**
 * node bench/scale.mjs [--queries 10000000] [--segments 1000000] [--directory DIR] [--keep] [--explain]
 *
 * Fills a database with the control rows of a large installation and measures the statements of API and worker, in their
 * roles. Exits with code 1 when those of a request take more than 10 ms. After a build.
 */
import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { migrate } from '@hourglass/database';
import { startPostgres } from '@hourglass/embedded';
import { catalogue } from '@hourglass/query';
import { reportFailure } from '../scripts/report-failure.mjs';
import { root, setUp } from '../scripts/setup.mjs';
import { fill } from './scale/fill.mjs';
import { Client } from './rivals/libraries.mjs';
import { measure } from './scale/measure.mjs';

const silent = { debug() {}, info() {}, warn() {} };
const { values: options } = parseArgs({
  options: {
    environments: { type: 'string', default: '10000' },
    segments: { type: 'string', default: '1000000' },
    queries: { type: 'string', default: '10000000' },
    batches: { type: 'string', default: '2000000' },
    directory: { type: 'string' },
    keep: { type: 'boolean', default: false },
    explain: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});

await reportFailure(async () => {
  await setUp();
  const folder = options.directory ?? (await mkdtemp(path.join(tmpdir(), 'hourglass-scale-')));
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  const isFilled = await stat(path.join(folder, 'filled')).catch(() => null);
  const postgres = await startWithStatistics(path.join(folder, 'postgres'));
  try {
    const sinceMs = performance.now();
    const log = (text) => console.error(`${Math.round((performance.now() - sinceMs) / 1000)} s: ${text}`);
    await migrate({ url: postgres.url, folder: path.join(root, 'prisma/migrations'), catalogue, log });
    const counts = Object.fromEntries(
      ['environments', 'segments', 'queries', 'batches'].map((name) => [name, Number(options[name])]),
    );
    if (isFilled === null) {
      await fill(postgres.url, counts, log);
      await mkdir(path.join(folder, 'filled'));
    }
    const { explain, only } = options;
    if (!(await measure(postgres, { folder, explain, only }))) process.exitCode = 1;
  } finally {
    await postgres.stop();
    if (!options.keep) await rm(folder, { recursive: true, force: true });
  }
});

/** The library that counts planning, execution and pages is loaded when the server starts. */
async function startWithStatistics(dataDirectory) {
  const first = await startPostgres({ dataDirectory, log: silent });
  const client = new Client(first.url);
  await client.connect();
  await client.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`);
  await client.query(`alter system set pg_stat_statements.track_planning = on`);
  await client.end();
  await first.stop();
  return startPostgres({ dataDirectory, log: silent });
}
