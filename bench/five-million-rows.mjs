/**
 * Measures a report with one row per fact, from sealed facts to the finished archive, against DuckDB's own `COPY` of
 * the same report to one gzip file. The two alternate, each run in a separate process. After `npm run build`:
 *
 *   node bench/five-million-rows.mjs [rows=5000000] [rounds=3] [memoryMb=512]
 *
 * Prints medians, their ratio, peak memory and the longest event loop delay for both output formats. Exits with code
 * 1 when NDJSON takes more than 0.6 times as long as DuckDB, the process uses 1.5 GiB, or a row is missing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { link, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createArchiveWriter } from '@hourglass/archive';
import { createDuckDbEngine, createSegmentWriter } from '@hourglass/engine-duckdb';
import { bindPlan, catalogue, compileReport, hotFactsColumns, outputColumns } from '@hourglass/query';

const target = { ratio: 0.6, peakBytes: 1.5 * 1024 ** 3 };
const startMs = Date.UTC(2026, 0, 1);
const threads = availableParallelism();
const { DuckDBInstance } = createRequire(import.meta.resolve('@hourglass/engine-duckdb'))('@duckdb/node-api');

if (process.argv[2] === 'measure') await measure(JSON.parse(process.argv[3]));
else await compare(...process.argv.slice(2, 5).map(Number));

async function compare(rows = 5_000_000, rounds = 3, memoryMb = 512) {
  const scratch = await mkdtemp(path.join(tmpdir(), 'hourglass-bench-'));
  try {
    const segment = await sealFacts(rows, scratch);
    for (const format of ['json', 'csv']) {
      const found = { hourglass: [], duckdb: [] };
      for (let round = 0; round < rounds; round++) {
        for (const contestant of ['duckdb', 'hourglass']) {
          const directory = path.join(scratch, contestant);
          await mkdir(directory);
          const placed = { ...segment, path: path.join(directory, 'facts.parquet') };
          await link(segment.path, placed.path);
          found[contestant].push(
            await inProcess({ contestant, format, directory, segment: placed, memoryMb }),
          );
          await rm(directory, { recursive: true });
        }
      }
      if (!print(format, found, rows)) process.exitCode = 1;
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function sealFacts(rows, directory) {
  const csvPath = path.join(directory, 'facts.csv');
  await pipeline(Readable.from(csvLines(rows)), createWriteStream(csvPath));
  const columns = hotFactsColumns(bindPlan(planOf('json'), catalogue));
  const { signal } = new AbortController();
  const segment = await createSegmentWriter({ memoryMb: 2048, threads }).seal({
    csvPath,
    columns,
    directory,
    signal,
  });
  await rm(csvPath);
  return segment;
}

function print(format, { hourglass, duckdb }, rows) {
  const medianOf = (key, runs) => runs.map((run) => run[key]).toSorted((a, b) => a - b)[runs.length >> 1];
  const seconds = (runs, key = 'ms') => `${(medianOf(key, runs) / 1000).toFixed(2)} s`;
  const mebibytes = (runs, key) => `${Math.round(medianOf(key, runs) / 1024 ** 2)} MiB`;
  const ratio = medianOf('ms', hourglass) / medianOf('ms', duckdb);
  const complete = hourglass.every((run) => run.rows === rows) && duckdb.every((run) => run.rows === rows);
  const bounded = hourglass.every(({ peakBytes }) => peakBytes < target.peakBytes);
  const met = complete && bounded && (format !== 'json' || ratio <= target.ratio);
  console.log(
    `${met ? 'met' : 'MISSED'}: ${rows} rows of ${format} on ${threads} threads, medians of ${hourglass.length}`,
  );
  console.log(
    `  DuckDB's COPY with gzip ${seconds(duckdb)} (CPU ${seconds(duckdb, 'cpuMs')}), ${mebibytes(duckdb, 'bytes')}, peak ${mebibytes(duckdb, 'peakBytes')}`,
  );
  console.log(
    `  Hourglass ${seconds(hourglass)} (CPU ${seconds(hourglass, 'cpuMs')}), ${mebibytes(hourglass, 'bytes')}, ` +
      `peak ${mebibytes(hourglass, 'peakBytes')}, longest event loop delay ${medianOf('loopMs', hourglass).toFixed(1)} ms`,
  );
  console.log(`  ratio ${ratio.toFixed(2)}${format === 'json' ? `, target ≤ ${target.ratio}` : ''}`);
  return met;
}

async function inProcess(options) {
  const self = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [self, 'measure', JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`the run exited with code ${code}`);
  return JSON.parse(output);
}

async function measure({ contestant, format, directory, segment, memoryMb }) {
  const plan = planOf(format);
  const facts = {
    hotFactsPath: path.join(directory, 'none.csv'),
    hotRows: 0,
    segments: [{ ...segment, deletions: [] }],
    expiredBeforeMs: null,
    watermark: null,
  };
  const { signal } = new AbortController();
  const task = { ...bindPlan(plan, catalogue), facts, directory, signal };
  const found = await (contestant === 'hourglass' ? archive(task, memoryMb) : copy(task, memoryMb));
  const { user, system } = process.cpuUsage();
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ ...found, cpuMs: (user + system) / 1000, peakBytes }));
}

async function archive(task, memoryMb) {
  const { directory } = task;
  const engine = createDuckDbEngine({ directory, memoryMb, threads, maxConcurrentRuns: 1 });
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const beganMs = performance.now();
  const { rows, bytes } = await createArchiveWriter({ threads }).write(engine.writeRows(task), {
    ...task,
    queryId: 'bench',
    columns: outputColumns(task),
    output: task.plan.output,
    createdAt: new Date(startMs),
  });
  return { ms: performance.now() - beganMs, rows, bytes, loopMs: loop.max / 1e6 };
}

/** Writes the same report as one hand-written `COPY`, with the same names, memory and threads. */
async function copy(task, memoryMb) {
  const { plan, facts, directory } = task;
  const beganMs = performance.now();
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${memoryMb}MiB`,
    threads: String(threads),
    temp_directory: path.join(directory, 'spill'),
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();
  await connection.run(`create view facts as select * from read_parquet('${facts.segments[0].path}')`);
  const { sql, parameters } = compileReport(task);
  const names = outputColumns(task).map(({ name }, index) => `c${index} as "${name}"`);
  const file = path.join(directory, 'rows.gz');
  const { rowsChanged: rows } = await connection.run(
    `copy (select ${names.join(', ')} from (${sql})) to '${file}' (format ${plan.output.format}, compression gzip)`,
    [...parameters],
  );
  return { ms: performance.now() - beganMs, rows, bytes: (await stat(file)).size };
}

/** @returns {import('@hourglass/query').Plan} */
function planOf(format) {
  return {
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
    filter: null,
    limitRows: null,
    output: format === 'csv' ? { format, delimiter: ',' } : { format: 'json' },
  };
}

function* csvLines(rows) {
  const columns = hotFactsColumns(bindPlan(planOf('json'), catalogue)).map(({ name }) => name);
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
