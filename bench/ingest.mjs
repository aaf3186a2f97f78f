/**
 * npm run bench:ingest [-- --short]: measures ingest over HTTP against PostgreSQL's `\copy` of the same rows.
 *
 * Three loads alternate over the same server: one batch of a million rows; batches of a thousand by four clients;
 * `psql \copy` of the same rows as CSV into a copy of the hot table. The targets are ratios.
 *
 * Exits with code 1 when a target is missed. Needs `psql` on PATH. Nothing leaves this machine.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { startPostgres } from '@hourglass/embedded';
import { reportFailure } from '../scripts/report-failure.mjs';
import { setUp } from '../scripts/setup.mjs';
import { withStandalone } from '../scripts/standalone-process.mjs';
import { median } from './api/latencies.mjs';
import { factColumns, gatewayFacts } from './ingest/gateway-facts.mjs';
import { Client } from './rivals/libraries.mjs';

const short = process.argv.includes('--short');
const rows = short ? 200_000 : 1_000_000;
const rounds = short ? 1 : 5;
const clients = 4;
const smallRows = 1000;
const smallBatches = short ? 40 : 200;
const targets = { large: 2, small: 0.4 };
const token = randomBytes(24).toString('base64url');
const agent = new Agent({ keepAlive: true, maxSockets: clients });
const silent = { debug() {}, info() {}, warn() {} };

await reportFailure(async () => {
  await setUp();
  const folder = await mkdtemp(path.join(tmpdir(), 'hourglass-ingest-'));
  await chmod(folder, 0o755);
  const postgres = await startPostgres({ dataDirectory: path.join(folder, 'postgres'), log: silent });
  try {
    const files = await writeFiles(folder);
    const settings = {
      DATABASE_URL: postgres.url,
      HOURGLASS_BOOTSTRAP_ORG: 'demo',
      HOURGLASS_BOOTSTRAP_TOKEN: token,
      // No sealing and merging during the measurement.
      HOURGLASS_SEAL_FACTS: '1000000000',
      HOURGLASS_SEAL_AFTER_SECONDS: '86400',
      HOURGLASS_SEGMENT_FACTS: '1',
    };
    await withStandalone(settings, async (supervisor) => {
      const api = await Promise.race([supervisor.ready, supervisor.broken]);
      await Promise.race([compare({ api, databaseUrl: postgres.url, files }), supervisor.broken]);
    });
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

/** Returns the large batch as NDJSON and CSV files, and the small batches as strings. */
async function writeFiles(folder) {
  const endMs = Date.now() - 60_000;
  const files = { ndjson: path.join(folder, 'facts.ndjson'), csv: path.join(folder, 'facts.csv') };
  for (const form of ['ndjson', 'csv']) {
    await pipeline(gatewayFacts({ rows, endMs, form }), createWriteStream(files[form]));
  }
  const small = Array.from({ length: smallBatches }, (_, seed) =>
    [...gatewayFacts({ rows: smallRows, endMs, form: 'ndjson', seed })].join(''),
  );
  return { ...files, small };
}

async function compare({ api, databaseUrl, files }) {
  const url = `${api}/v1/organizations/demo/environments/prod/facts/api`;
  const database = new Client(databaseUrl);
  await database.connect();
  const measured = { copy: [], large: [], small: [] };
  try {
    await database.query('create table copied (like hot_api_facts including all)');
    // Round -1 warms up and is not counted.
    for (let round = -1; round < rounds; round += 1) {
      await database.query('truncate copied, hot_api_facts');
      const seconds = {
        copy: await timed(() => copyWithPsql(databaseUrl, files.csv)),
        large: await timed(() => post(url, createReadStream(files.ndjson, { highWaterMark: 256 * 1024 }))),
        small: await timed(() => postSmall(url, files.small)),
      };
      if (round < 0) continue;
      for (const [name, list] of Object.entries(measured)) {
        const count = name === 'small' ? smallRows * smallBatches : rows;
        list.push(count / seconds[name]);
      }
    }
  } finally {
    await database.end();
  }
  report(measured);
}

function report({ copy, large, small }) {
  const share = (rates) => median(rates.map((rate, round) => rate / copy[round]));
  console.log(`facts per second, medians of ${rounds} rounds:`);
  console.log(`psql \\copy, ${rows} rows           ${Math.round(median(copy))}`);
  for (const [name, rates] of [
    ['large', large],
    ['small', small],
  ]) {
    const label =
      name === 'large' ? `one batch of ${rows} rows` : `${clients} clients, batches of ${smallRows}`;
    const ratio = share(rates);
    const met = ratio >= targets[name];
    if (!met) process.exitCode = 1;
    console.log(
      `${label.padEnd(32)} ${Math.round(median(rates))}  ratio ${ratio.toFixed(2)}` +
        `  ${met ? 'met' : 'MISSED'}: ≥ ${targets[name]}`,
    );
  }
}

async function timed(work) {
  const sinceMs = performance.now();
  await work();
  return (performance.now() - sinceMs) / 1000;
}

async function copyWithPsql(databaseUrl, csv) {
  const columns = ['environment_id', 'batch_seq', ...factColumns];
  await succeed(
    spawn(
      'psql',
      [databaseUrl, '-qc', `\\copy copied (${columns.join(', ')}) from '${csv}' with (format csv)`],
      { stdio: 'inherit' },
    ),
  );
}

async function succeed(child) {
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`psql exited with code ${code}`);
}

async function postSmall(url, bodies) {
  const waiting = [...bodies];
  const client = async () => {
    for (let body = waiting.pop(); body !== undefined; body = waiting.pop()) await post(url, [body]);
  };
  await Promise.all(Array.from({ length: clients }, client));
}

/** @throws unless the facts are accepted. */
async function post(url, body) {
  const sent = request(url, {
    method: 'POST',
    agent,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
  });
  const [[response]] = await Promise.all([once(sent, 'response'), pipeline(body, sent)]);
  const text = (await response.toArray()).join('');
  if (response.statusCode !== 201) throw new Error(`HTTP ${response.statusCode}: ${text}`);
}
