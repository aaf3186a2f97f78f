/**
 * npm run bench:logs [-- --short]: measures how much processor time an access log takes on its way to batches of facts, by the reader
 * of imports and by a bare program of `readline`, one expression and `JSON.stringify`. Each reads the same file, alternately,
 * in a process of its own. The target is a ratio. Nothing leaves this machine.
 *
 * Exits with code 1 when the target is missed.
 */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { reportFailure } from '../scripts/report-failure.mjs';
import { root, setUp } from '../scripts/setup.mjs';
import { median } from './api/latencies.mjs';
import { combinedLog } from './logs/log-lines.mjs';

const short = process.argv.includes('--short');
const lines = short ? 50_000 : 500_000;
const rounds = short ? 1 : 5;
const target = 2;

await reportFailure(async () => {
  await setUp();
  const folder = await mkdtemp(path.join(tmpdir(), 'hourglass-logs-'));
  try {
    const file = path.join(folder, 'access.log');
    await pipeline(combinedLog(lines), createWriteStream(file));
    report(await measure(file));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function measure(file) {
  const measured = { bare: [], ours: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, results] of Object.entries(measured)) {
      const result = await read(name, file);
      if (result.rows !== lines) throw new Error(`${name}: read ${result.rows} of ${lines} lines`);
      results.push(result);
    }
  }
  return measured;
}

async function read(name, file) {
  const program = path.join(root, 'bench/logs', `${name}.mjs`);
  const { stdout } = await promisify(execFile)(process.execPath, [program, file]);
  return JSON.parse(stdout);
}

function report(measured) {
  console.log(`${lines} lines of an access log, medians of ${rounds} rounds:`);
  for (const [name, label] of [
    ['bare', 'readline, expression, JSON.stringify'],
    ['ours', 'reader of imports'],
  ]) {
    const us = median(measured[name].map(({ processorUs }) => processorUs));
    const peakMib = median(measured[name].map(({ peakKib }) => peakKib / 1024));
    console.log(`${label.padEnd(38)} ${us.toFixed(1)} µs a line  peak ${Math.round(peakMib)} MiB`);
  }
  const ratio = median(
    measured.ours.map(({ processorUs }, round) => processorUs / measured.bare[round].processorUs),
  );
  const met = ratio <= target;
  if (!met) process.exitCode = 1;
  console.log(`${met ? 'met' : 'MISSED'}: ratio ${ratio.toFixed(2)} ≤ ${target}`);
}
