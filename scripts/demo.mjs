// npm run demo: a whole report in a temporary folder, on a port of its own: starts everything, brings calls in,
// submits a query, waits, downloads, prints the rows, and stops everything again.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { sampleCalls } from './demo-sample.mjs';
import { reportFailure } from './report-failure.mjs';
import { root, setUp } from './setup.mjs';

const calls = 5_000;
const place = ['--org', 'demo', '--env', 'prod'];
const query = {
  metrics: [
    { name: 'message_count', function: 'sum', alias: 'calls' },
    { name: 'is_error', function: 'sum', alias: 'errors' },
    { name: 'total_response_time', function: 'avg', alias: 'average_ms' },
  ],
  dimensions: ['apiproxy', 'response_status_code'],
  timeRange: 'last24hours',
};

await reportFailure(async () => {
  await setUp();
  const folder = await mkdtemp(path.join(tmpdir(), 'hourglass-demo-'));
  // Root's PostgreSQL runs as another account, which must get through.
  await chmod(folder, 0o755);
  const token = randomBytes(24).toString('base64url');
  let supervisor = null;
  try {
    supervisor = startSupervisor(path.join(folder, 'data'), token);
    await demonstrate(supervisor, folder, token);
  } finally {
    await supervisor?.stop();
    await removeAll(folder);
  }
  console.log('\nEverything has stopped. To keep a server running: npm start');
});

async function demonstrate(supervisor, folder, token) {
  step('starting PostgreSQL, the queue server, the API and a worker');
  const url = await supervisor.ready;
  console.log(`ready on ${url}`);
  const hourglass = (args, options) => commandLine(supervisor, { url, token }, args, options);

  const sample = path.join(folder, 'calls.ndjson');
  await writeFile(sample, [...sampleCalls({ seed: 1, count: calls, endMs: Date.now() }), ''].join('\n'));
  step(`importing ${calls} API calls of the last day`);
  await hourglass(['import', ...place, '--dataset', 'api', '--format', 'ndjson', sample]);

  const body = path.join(folder, 'query.json');
  await writeFile(body, JSON.stringify(query));
  step('submitting a query');
  console.log(JSON.stringify(query));
  const id = (await hourglass(['submit', ...place, body], { captured: true })).trim();
  console.log(id);

  step('waiting for it');
  await hourglass(['wait', ...place, id]);

  step('downloading the archive and printing its rows');
  const rows = await hourglass(['download', ...place, '--rows', id], { captured: true });
  process.stdout.write(rows);
  const counted = rows
    .split('\n')
    .filter((line) => line !== '')
    .reduce((sum, line) => sum + Number(JSON.parse(line).calls), 0);
  if (counted !== calls) throw new Error(`the rows count ${counted} calls, and ${calls} were imported`);
}

function step(text) {
  console.log(`\n== ${text}`);
}

/** The settings of the person who runs the demo are not for it: it must not touch a database of his. */
function environmentWith(changes) {
  const foreign = /^(HOURGLASS_|S3_|DATABASE_URL$|REDIS_URL$)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(own), ...changes };
}

function startSupervisor(dataDirectory, token) {
  const child = spawn(process.execPath, [path.join(root, 'apps/standalone/dist/main.js')], {
    cwd: root,
    env: environmentWith({
      HOURGLASS_PORT: '0',
      HOURGLASS_DATA_DIR: dataDirectory,
      HOURGLASS_BOOTSTRAP_ORG: 'demo',
      HOURGLASS_BOOTSTRAP_TOKEN: token,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is for the demo, which then stops it.
    detached: true,
  });
  const interrupted = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
    }
  });
  const tail = [];
  const exited = new Promise((resolve) => {
    child.once('close', resolve);
  });
  const ended = exited.then((code) => {
    throw new Error(`Hourglass ended with exit code ${code}; its last output:\n${tail.join('\n')}`);
  });
  const ready = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        tail.push(line);
        if (tail.length > 30) tail.shift();
        const url = /^hourglass ready on (\S+)$/.exec(line)?.[1];
        if (url !== undefined) resolve(url);
      });
    }
  });
  const broken = Promise.race([ended, interrupted]);
  // It is looked at only while something is waited for, and may be rejected in between.
  broken.catch(() => {});
  return {
    ready: Promise.race([ready, broken]),
    /** Rejects when it makes no sense to go on. */
    broken,
    tail: () => tail.join('\n'),
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 12_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Runs a command of the command line and answers its standard output when that is `captured`. */
async function commandLine(supervisor, { url, token }, args, { captured = false } = {}) {
  const child = spawn(process.execPath, [path.join(root, 'apps/cli/bin/hourglass.js'), ...args], {
    env: environmentWith({ HOURGLASS_URL: url, HOURGLASS_TOKEN: token }),
    stdio: ['ignore', captured ? 'pipe' : 'inherit', 'inherit'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const exited = new Promise((resolve) => {
    child.once('close', resolve);
  });
  try {
    const code = await Promise.race([exited, supervisor.broken]);
    if (code === 0) return output;
    throw new Error(
      `hourglass ${args[0]} failed with exit code ${code}; the server wrote:\n${supervisor.tail()}`,
    );
  } finally {
    child.kill('SIGTERM');
  }
}

/** As root in a closed place the database lies outside of the data folder, which names it. */
async function removeAll(folder) {
  const pointer = await readFile(path.join(folder, 'data/postgres-folder'), 'utf8').catch(() => '');
  if (pointer.trim() !== '') await rm(pointer.trim(), { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}
