// npm run demo: runs one report from import to download in a temporary folder, on a free port, and stops
// everything again.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sampleCalls } from './demo-sample.mjs';
import { reportFailure } from './report-failure.mjs';
import { root, setUp } from './setup.mjs';
import { environmentWith, withStandalone } from './standalone-process.mjs';

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
  const token = randomBytes(24).toString('base64url');
  const settings = { HOURGLASS_BOOTSTRAP_ORG: 'demo', HOURGLASS_BOOTSTRAP_TOKEN: token };
  await withStandalone(settings, (supervisor, folder) => demonstrate(supervisor, folder, token));
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

  step('waiting for the query');
  await hourglass(['wait', ...place, id]);

  step('downloading the archive and printing its rows');
  const rows = await hourglass(['download', ...place, '--rows', id], { captured: true });
  process.stdout.write(rows);
  const counted = rows
    .split('\n')
    .filter((line) => line !== '')
    .reduce((sum, line) => sum + Number(JSON.parse(line).calls), 0);
  if (counted !== calls)
    throw new Error(`the report counts ${counted} calls; expected the ${calls} imported ones`);
}

function step(text) {
  console.log(`\n== ${text}`);
}

/** Runs a command of the command line. Returns its standard output if `captured`. */
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
      `hourglass ${args[0]} failed with exit code ${code}; last output of the server:\n${supervisor.tail()}`,
    );
  } finally {
    child.kill('SIGTERM');
  }
}
