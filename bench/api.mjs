/**
 * npm run bench:api [-- --short]: measures polling and submission on this machine, with all services running.
 *
 * Polls: 20 keep-alive clients against the API and, alternately, against a bare Express handler with the same
 * JSON; the target is a ratio within this run. Submissions: 50 per second on a fixed schedule, with the limits
 * lifted and the worker running the queries. Nothing leaves this machine.
 *
 * Exits with code 1 when a target is missed or a request is lost.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { sampleCalls } from '../scripts/demo-sample.mjs';
import { reportFailure } from '../scripts/report-failure.mjs';
import { root, setUp } from '../scripts/setup.mjs';
import { withStandalone } from '../scripts/standalone-process.mjs';
import { median } from './api/latencies.mjs';

const short = process.argv.includes('--short');
const clients = 20;
const rounds = short ? 3 : 7;
const roundSeconds = short ? 2 : 4;
const submissionsPerSecond = 50;
const submissionSeconds = short ? 10 : 60;
const warmUpSeconds = 5;
const targets = { pollShare: 0.6, submissionP99ToP50: 3 };

const environmentPath = '/v1/organizations/demo/environments/prod';
const password = randomBytes(18).toString('base64url');
const token = randomBytes(24).toString('base64url');
const bearer = `Bearer ${token}`;
const basic = `Basic ${Buffer.from(`bench@example.com:${password}`).toString('base64')}`;
const submission = JSON.stringify({
  metrics: [{ name: 'message_count', function: 'sum', alias: 'calls' }],
  dimensions: ['apiproxy'],
  timeRange: 'last24hours',
});

await reportFailure(async () => {
  await setUp();
  const settings = {
    HOURGLASS_BOOTSTRAP_ORG: 'demo',
    HOURGLASS_BOOTSTRAP_EMAIL: 'bench@example.com',
    HOURGLASS_BOOTSTRAP_PASSWORD: password,
    HOURGLASS_BOOTSTRAP_TOKEN: token,
    HOURGLASS_QUERIES_PER_HOUR: '1000000',
    HOURGLASS_REQUESTS_PER_SECOND: '1000000',
    HOURGLASS_REQUESTS_PER_SECOND_PER_ADDRESS: '1000000',
    HOURGLASS_ACTIVE_QUERIES: '100000',
  };
  await withStandalone(settings, (supervisor) => Promise.race([measure(supervisor), supervisor.broken]));
});

async function measure(supervisor) {
  const api = await supervisor.ready;
  await importSample(api);
  const paths = [];
  for (let query = 0; query < clients; query += 1) paths.push(await completedQuery(api));
  const bare = await startBareExpress(await call(api, paths[0]));
  const met = [];
  try {
    met.push(await comparePolls({ api, bare: bare.url, paths }));
  } finally {
    await bare.stop();
  }
  met.push(await measureSubmissions(api));
  if (met.includes(false)) process.exitCode = 1;
}

/** Measures each kind of poll separately, so that the others do not hide a slow one. */
async function comparePolls({ api, bare, paths }) {
  const one = paths.slice(0, 1);
  const kinds = [
    { name: 'bare Express', url: bare, requests: [{ path: '/query' }] },
    { name: 'Bearer, one query', url: api, requests: requestsOf(one, bearer) },
    { name: `Bearer, ${clients} queries`, url: api, requests: requestsOf(paths, bearer) },
    { name: 'Basic, one query', url: api, requests: requestsOf(one, basic) },
    { name: `Basic, ${clients} queries`, url: api, requests: requestsOf(paths, basic) },
  ];
  const measured = kinds.map(() => []);
  // Round -1 warms up and is not counted.
  for (let round = -1; round < rounds; round += 1) {
    for (const [kind, { url, requests }] of kinds.entries()) {
      const result = await runProgram('poll.mjs', { url, clients, seconds: roundSeconds, requests });
      if (round >= 0) measured[kind].push(result);
    }
  }
  console.log(`\n${clients} clients polling, medians of ${rounds} rounds of ${roundSeconds} s each:`);
  let met = true;
  for (const [kind, { name }] of kinds.entries()) {
    const ofRounds = (value) => median(measured[kind].map(value));
    const lost = measured[kind].reduce((sum, result) => sum + result.lost, 0);
    const share = median(
      measured[kind].map(({ perSecond }, round) => perSecond / measured[0][round].perSecond),
    );
    met &&= lost === 0 && share >= targets.pollShare;
    console.log(
      `${name.padEnd(20)} ${Math.round(ofRounds(({ perSecond }) => perSecond))
        .toString()
        .padStart(6)}/s` +
        `  ratio ${share.toFixed(2)}  p50 ${milliseconds(ofRounds(({ p50Ms }) => p50Ms))}` +
        `  p99 ${milliseconds(ofRounds(({ p99Ms }) => p99Ms))}  lost ${lost}`,
    );
  }
  console.log(`${met ? 'met' : 'MISSED'}: all ratios ≥ ${targets.pollShare.toFixed(2)}`);
  return met;
}

async function measureSubmissions(api) {
  const submit = (seconds) =>
    runProgram('submit.mjs', {
      url: `${api}${environmentPath}/queries`,
      authorization: bearer,
      body: submission,
      perSecond: submissionsPerSecond,
      seconds,
    });
  // Warms up: compiles the code and opens the connections.
  await submit(warmUpSeconds);
  const result = await submit(submissionSeconds);
  const ratio = result.p99Ms / result.p50Ms;
  const met = result.lost === 0 && ratio < targets.submissionP99ToP50;
  console.log(`\n${submissionsPerSecond} submissions per second for ${submissionSeconds} s:`);
  console.log(
    `p50 ${milliseconds(result.p50Ms)}  p99 ${milliseconds(result.p99Ms)}  ratio ${ratio.toFixed(2)}` +
      `  max ${milliseconds(result.longestMs)}  answered ${result.answered}  lost ${result.lost}`,
  );
  console.log(`${met ? 'met' : 'MISSED'}: ratio < ${targets.submissionP99ToP50}`);
  return met;
}

function requestsOf(paths, authorization) {
  return paths.map((queryPath) => ({ path: queryPath, authorization }));
}

function milliseconds(value) {
  return `${value.toFixed(2)} ms`;
}

async function importSample(api) {
  const calls = [...sampleCalls({ seed: 1, count: 1_000, endMs: Date.now() }), ''].join('\n');
  // fetch would announce a string as text/plain.
  const headers = { 'content-type': 'application/x-ndjson' };
  await call(api, `${environmentPath}/facts/api`, { method: 'POST', headers, body: calls });
}

/** Submits a query, waits for it and returns its path. */
async function completedQuery(api) {
  const headers = { 'content-type': 'application/json' };
  const { self } = await call(api, `${environmentPath}/queries`, {
    method: 'POST',
    headers,
    body: submission,
  });
  for (;;) {
    const { state } = await call(api, `/v1${self}`);
    if (state === 'completed') return `/v1${self}`;
    if (state !== 'enqueued' && state !== 'running') throw new Error(`the query ended as ${state}`);
    await delay(50);
  }
}

async function call(api, pathAndQuery, { headers = {}, ...options } = {}) {
  const response = await fetch(`${api}${pathAndQuery}`, {
    ...options,
    headers: { ...headers, authorization: bearer },
  });
  if (response.ok) return response.json();
  throw new Error(`${pathAndQuery}: HTTP ${response.status}: ${await response.text()}`);
}

async function startBareExpress(body) {
  const child = spawn(process.execPath, [program('bare-express.mjs'), JSON.stringify(body)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return {
    url,
    async stop() {
      child.stdin.end();
      await once(child, 'close');
    },
  };
}

/** Runs a load generator and returns its measurements. */
async function runProgram(file, options) {
  const child = spawn(process.execPath, [program(file), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${file} exited with code ${code}`);
  return JSON.parse(output);
}

function program(file) {
  return path.join(root, 'bench/api', file);
}
