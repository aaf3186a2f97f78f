/**
 * Runs reports with one row per fact, several at once, through the engine and the archive writer, and prints
 * time and memory of this process. After `npm run build`:
 *
 *   node bench/five-million-rows.mjs [rows=5000000] [runs=2] [memoryMb=1024] [format=json]
 *
 * Exit code 1 when the process needed 1.5 GB or more, or a row is missing.
 */
import { createWriteStream } from 'node:fs';
import { link, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDuckDbEngine } from '@hourglass/engine-duckdb';
import { catalogue, hotFactsColumns, outputColumns } from '@hourglass/query';
import { createArchiveWriter } from '@hourglass/result-files';

const [rows = 5_000_000, runs = 2, memoryMb = 1024] = process.argv.slice(2, 5).map(Number);
const format = process.argv[5] ?? 'json';
const startMs = Date.UTC(2026, 0, 1);

/** @type {import('@hourglass/query').Plan} */
const plan = {
  version: 1,
  dataset: 'api',
  tenant: { organization: 'demo', environment: 'prod', environmentId: 1 },
  range: { startMs, endExclusiveMs: startMs + 86_400_000 },
  timeUnit: 'second',
  metrics: [
    { metric: 'message_count', function: 'sum', alias: 'sum_message_count' },
    { metric: 'total_response_time', function: 'avg', alias: 'avg_total_response_time' },
  ],
  dimensions: ['gateway_flow_id', 'apiproxy', 'request_path'],
  limitRows: null,
  output: format === 'csv' ? { format, delimiter: ',' } : { format: 'json' },
};

function value(column, row) {
  switch (column) {
    case 'environment_id':
      return '1';
    case 'timestamp':
      return new Date(startMs + ((row * 7919) % 86_400_000)).toISOString().slice(0, -1).replace('T', ' ');
    case 'gateway_flow_id':
      return `rrt-${((row * 2_654_435_761) % 4_294_967_296).toString(16)}-${row}-prod-1`;
    case 'apiproxy':
      return `proxy_${row % 50}`;
    case 'request_path':
      return `/v1/accounts/${row % 100_000}/orders`;
    default:
      return String(row % 900);
  }
}

function* csvLines() {
  const columns = hotFactsColumns(plan, catalogue).map(({ name }) => name);
  let lines = `${columns.join(',')}\n`;
  for (let row = 0; row < rows; row++) {
    lines += `${columns.map((column) => value(column, row)).join(',')}\n`;
    if (lines.length > 65_536) {
      yield lines;
      lines = '';
    }
  }
  yield lines;
}

const seconds = (sinceMs) => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
const mebibytes = (bytes) => `${Math.round(bytes / 1024 / 1024)} MiB`;

const scratch = await mkdtemp(path.join(tmpdir(), 'hourglass-bench-'));
try {
  const factsPath = path.join(scratch, 'facts.csv');
  await pipeline(Readable.from(csvLines()), createWriteStream(factsPath));

  const threads = availableParallelism();
  const engine = createDuckDbEngine({ catalogue, memoryMb, threads, maxConcurrentRuns: runs });
  const archives = createArchiveWriter();
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const beganMs = performance.now();
  const written = await Promise.all(
    Array.from({ length: runs }, async (_, run) => {
      const directory = path.join(scratch, String(run));
      await mkdir(directory);
      const hotFactsPath = path.join(directory, 'facts.csv');
      await link(factsPath, hotFactsPath);
      const facts = { hotFactsPath, hotRows: rows, segments: [], watermark: null };
      const { signal } = new AbortController();
      return archives.write(engine.run({ plan, facts, directory, signal }), {
        queryId: `bench-${run}`,
        columns: outputColumns(plan, catalogue),
        output: plan.output,
        directory,
        createdAt: new Date(startMs),
        signal,
      });
    }),
  );
  const took = seconds(beganMs);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  for (const { rows: found, bytes } of written) console.log(`${found} rows, archive ${mebibytes(bytes)}`);
  console.log(`${runs} runs on ${threads} threads took ${took}`);
  console.log(`peak RSS ${mebibytes(peakBytes)}, afterwards ${mebibytes(process.memoryUsage.rss())}`);
  console.log(`event loop delay: p99 ${loop.percentile(99) / 1e6} ms, longest ${loop.max / 1e6} ms`);
  if (peakBytes >= 1.5 * 1024 ** 3 || written.some(({ rows: found }) => found !== rows)) process.exitCode = 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
