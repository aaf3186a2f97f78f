import { createReadStream } from 'node:fs';
import { link, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startPostgres } from '@hourglass/embedded';
import { chooseMerge, mergeSpanMs } from '@hourglass/facts';
import { descendantsOf, readArchive } from '@hourglass/testing';
import { withStandalone } from '../../scripts/standalone-process.mjs';
import { writeNdjson } from './generate-facts.mjs';
import { Client } from './libraries.mjs';

const token = 'token-of-the-benchmark-administrator';
const authorization = `Bearer ${token}`;
const environmentPath = '/v1/organizations/demo/environments/prod';
const settings = {
  HOURGLASS_BOOTSTRAP_ORG: 'demo',
  HOURGLASS_BOOTSTRAP_TOKEN: token,
  HOURGLASS_QUERIES_PER_HOUR: '1000000',
  HOURGLASS_REQUESTS_PER_SECOND: '1000000',
  HOURGLASS_REQUESTS_PER_SECOND_PER_ADDRESS: '1000000',
  HOURGLASS_ACTIVE_QUERIES: '1000',
  // Every report is computed from facts; bench/partials.mjs measures the others.
  HOURGLASS_PARTIALS_MB: '0',
  // Seals the remainder after the last batch.
  HOURGLASS_SEAL_AFTER_SECONDS: '1',
};
/** The worker's default merge settings, to detect that merging has finished. */
const mergeTerms = { targetFacts: 4_000_000, minSegments: 4, spanMs: mergeSpanMs(null) };
const settlePollMs = 250;
/** Answered at the next state. Polls would take CPU time from the report, and a late one add to its time. */
const untilNextState = { headers: { prefer: 'wait=60' } };

/** Calls `work(system)` with a complete Hourglass at default settings, except for the submission limits. */
export async function withSystem({ directory, threads }, work) {
  const log = { debug() {}, info() {}, warn: (...line) => console.error(...line) };
  const postgres = await startPostgres({ dataDirectory: directory, log });
  const sql = new Client(postgres.url);
  try {
    await sql.connect();
    const own = { ...settings, DATABASE_URL: postgres.url, HOURGLASS_ENGINE_THREADS: String(threads) };
    return await withStandalone(own, async (supervisor, folder) => {
      const api = await Promise.race([supervisor.ready, supervisor.broken]);
      const system = createSystem({ api, sql, dataDirectory: path.join(folder, 'data') });
      return Promise.race([work(system), supervisor.broken]);
    });
  } finally {
    await sql.end().catch(() => {});
    await postgres.stop();
  }
}

function createSystem({ api, sql, dataDirectory }) {
  const call = async (pathAndQuery, options = {}) => {
    const response = await fetch(`${api}${pathAndQuery}`, {
      ...options,
      headers: { ...options.headers, authorization },
    });
    if (response.ok) return response;
    throw new Error(`${pathAndQuery}: HTTP ${response.status}: ${await response.text()}`);
  };
  return {
    async environmentId() {
      const result = await sql.query(`select min(id) as id from environments where name = 'prod'`);
      return result.rows[0].id;
    },
    /** Ingests each file as NDJSON over HTTP. Returns the milliseconds from request to response of each. */
    async load(files, onFile) {
      const tookMs = [];
      for (const [index, file] of files.entries()) {
        tookMs.push(await sendBatch(call, file));
        onFile(index + 1);
      }
      return tookMs;
    },
    settled: () => untilSettled(sql),
    /** Links the files of the live segments into `directory` and returns the segments. */
    async placeSegments(directory) {
      const segments = await liveSegments(sql);
      for (const segment of segments) {
        segment.path = path.join(directory, `${segment.id}.parquet`);
        await link(path.join(dataDirectory, 'store', 'objects', segment.key), segment.path);
      }
      return segments;
    },
    report: (request) => report(call, request),
    async rowsOf(resultPath) {
      const parts = await readArchive(Buffer.from(await (await call(resultPath)).arrayBuffer()));
      const lines = parts.flatMap(({ text }) => text.split('\n')).filter((line) => line !== '');
      return lines.map((line) => Object.values(JSON.parse(line)));
    },
    workerPeakBytes,
  };
}

async function liveSegments(sql) {
  const result = await sql.query(
    `select id, object_key as key, facts::float8 as facts, bytes::float8 as bytes, columns,
            extract(epoch from first_at)::float8 * 1000 as "firstMs", extract(epoch from last_at)::float8 * 1000 as "lastMs"
       from segments where state = 'live' order by first_at, id`,
  );
  return result.rows;
}

/** Resolves once all facts are sealed and no merge is due. */
async function untilSettled(sql) {
  for (;;) {
    const result = await sql.query(
      `select (select count(*) from batches where hot)::int as hot,
              (select count(*) from segments where state = 'incoming')::int as incoming`,
    );
    const { hot, incoming } = result.rows[0];
    if (hot === 0 && incoming === 0 && chooseMerge(await liveSegments(sql), mergeTerms) === null) return;
    await delay(settlePollMs);
  }
}

/** Submits a query and waits for it. Returns the path of its archive. */
async function report(call, request) {
  const response = await call(`${environmentPath}/queries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    // Every report is computed.
    body: JSON.stringify({ ...request, reuse: false }),
  });
  const { self } = await response.json();
  for (;;) {
    const { state, error } = await (await call(`/v1${self}`, untilNextState)).json();
    if (state === 'completed') return `/v1${self}/result`;
    if (state !== 'enqueued' && state !== 'running') throw new Error(`a query ended as ${state}: ${error}`);
  }
}

async function sendBatch(call, { path: parquet, facts }) {
  const ndjson = `${parquet}.ndjson`;
  try {
    await writeNdjson(parquet, ndjson);
    const beganMs = performance.now();
    const response = await call(`${environmentPath}/facts/api`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: createReadStream(ndjson, { highWaterMark: 1024 * 1024 }),
      duplex: 'half',
    });
    const { accepted } = await response.json();
    if (accepted !== facts) throw new Error(`only ${accepted} of ${facts} facts were accepted`);
    return performance.now() - beganMs;
  } finally {
    await rm(ndjson, { force: true });
  }
}

/** Returns the peak resident memory of the worker, or null on systems other than Linux. */
async function workerPeakBytes() {
  if (process.platform !== 'linux') return null;
  const worker = descendantsOf(process.pid).find(({ commandLine }) =>
    commandLine.includes('apps/worker/dist/main.js'),
  );
  if (worker === undefined) throw new Error('no worker among the child processes');
  const status = await readFile(`/proc/${worker.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
