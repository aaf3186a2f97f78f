import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSystem, type NodeProcess, type RunningSystem } from '@hourglass/testing';
import { openFiles, quantile, residentMib } from './process-gauges.ts';
import { askFixedFacts, createRounds, soakSettings, storeFixedFacts } from './soak-facts.ts';
import { lanes, startLoad, type Load } from './soak-load.ts';

const isSoak = process.env['TEST_SUITE'] === 'soak';
/** `npm run test:long` runs a short form, which checks the answers but is too short to judge memory. */
const minutes = isSoak ? Number(process.env['SOAK_MINUTES'] ?? 15) : 0.2;
/** A busy machine may need longer than the short form lasts. */
const minReports = 10;
const fixedFacts = isSoak ? 200_000 : 10_000;
const roundMs = 20_000;
const sampleMs = 1_000;
/** Resident memory in the last fifth, as a multiple of that in the second fifth. */
const maxGrowth = 1.15;
/** Connections come and go; a leak of one for each request would be thousands. */
const maxMoreFiles = 30;

interface Sample {
  readonly atMs: number;
  readonly mib: number;
  readonly files: number;
}

describe('under reports, statistics, batches, sealing, polling and downloads together', () => {
  let system: RunningSystem;
  let worker: NodeProcess;
  beforeAll(async () => {
    system = await startSystem({
      worker: false,
      env: { HOURGLASS_QUERIES_PER_HOUR: '1000000', HOURGLASS_ACTIVE_QUERIES: '1000', ...soakSettings },
    });
    worker = system.startWorker();
    await worker.lineWith((line) => (line.includes('"ready"') ? true : null));
    await storeFixedFacts(system.client, fixedFacts);
  });
  afterAll(() => system.stop());

  test(
    'every answer is right, and memory and open files stay bounded',
    async () => {
      const { samples, wrong } = await soak(system, worker);
      expect(wrong).toEqual([]);
      if (isSoak) for (const [name, found] of Object.entries(samples)) expectBounded(name, found);
    },
    (minutes + 5) * 60_000,
  );
});

async function soak(system: RunningSystem, worker: NodeProcess) {
  const rounds = createRounds(system.client);
  const fixed = askFixedFacts(fixedFacts);
  let asked = 0;
  const load = startLoad({
    client: system.client,
    ask: () => ((asked += 1) % 2 === 0 ? fixed : rounds.ask()),
    sendBatch: () => rounds.sendBatch(),
  });
  const samples: { worker: Sample[]; api: Sample[] } = { worker: [], api: [] };
  const beganMs = performance.now();
  let printed = 0;
  let round = 0;
  let elapsedMs = 0;
  while (elapsedMs < minutes * 60_000 || load.answers.report < minReports) {
    await delay(sampleMs);
    const sampled = { worker: worker.pid, api: system.api.pid };
    for (const name of ['worker', 'api'] as const)
      samples[name].push({
        atMs: elapsedMs,
        mib: residentMib(sampled[name]),
        files: openFiles(sampled[name]),
      });
    elapsedMs = performance.now() - beganMs;
    if (Math.floor(elapsedMs / roundMs) > round) {
      round += 1;
      rounds.next();
    }
    if (elapsedMs >= (printed + 1) * 60_000) printMinute((printed += 1), samples, load);
  }
  if (printed < minutes) printMinute(minutes, samples, load);
  await load.stop();
  return { samples, wrong: load.wrong };
}

function printMinute(minute: number, samples: Readonly<Record<string, readonly Sample[]>>, load: Load): void {
  const perMinute = 60_000 / sampleMs;
  const memory = Object.entries(samples).map(([name, found]) => {
    const recent = found.slice(-perMinute);
    const mib = recent.map((sample) => sample.mib);
    const files = Math.max(...recent.map((sample) => sample.files));
    return `${name} ${Math.round(quantile(mib, 0.5))} (peak ${Math.round(Math.max(...mib))}) MiB, ${files} files`;
  });
  const durations = load.takeDurations();
  const latencies = lanes.map((lane) => {
    const found = durations[lane];
    return `${found.length} × ${lane} p50 ${Math.round(quantile(found, 0.5))} p99 ${Math.round(quantile(found, 0.99))} ms`;
  });
  const line = [`minute ${minute}`, ...memory, ...latencies, `${load.wrong.length} wrong`].join('; ');
  process.stdout.write(`${line}\n`);
}

function expectBounded(name: string, samples: readonly Sample[]): void {
  const fifth = samples.length / 5;
  const early = samples.slice(fifth, 2 * fifth);
  const late = samples.slice(4 * fifth);
  const median = (found: readonly Sample[], of: 'mib' | 'files') =>
    quantile(
      found.map((sample) => sample[of]),
      0.5,
    );
  const growth = median(late, 'mib') / median(early, 'mib');
  process.stdout.write(`${name}: memory grew to ${growth.toFixed(2)} times that of the second fifth\n`);
  expect(growth, `growth of the ${name}'s memory`).toBeLessThanOrEqual(maxGrowth);
  expect(median(late, 'files'), `open files of the ${name}`).toBeLessThanOrEqual(
    median(early, 'files') + maxMoreFiles,
  );
}
