import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { printFigure } from '@hourglass/testing';
import { fullOrShort, patienceMs } from './fault-run.ts';
import {
  keepKillingWorkers,
  resultsOf,
  startFaultSystem,
  submitMany,
  sweep,
  untilAllEnded,
  type FaultSystem,
} from './fault-system.ts';

const queries = fullOrShort(1_000, 150);
const killing = { everyMs: 2_000, workers: 3, maxKills: fullOrShort(Infinity, 6) };
const flushEveryMs = fullOrShort(5_000, 1_500);
const restarts = fullOrShort(20, 2);

describe('while workers are killed repeatedly', () => {
  let system: FaultSystem;
  afterEach(() => system.stop());

  async function run(title: string, fault: (system: FaultSystem, ended: AbortSignal) => Promise<void>) {
    system = await startFaultSystem();
    const ended = new AbortController();
    const beganMs = performance.now();
    const killings = keepKillingWorkers(system, killing);
    const faults = fault(system, ended.signal);
    const ids = await submitMany(system.client, queries);
    await untilAllEnded(system);
    ended.abort();
    const killed = await killings.stop();
    const seconds = Math.round((performance.now() - beganMs) / 1000);
    await faults;
    expect(await sweep(system)).toEqual([]);
    const { attempts, ...results } = await resultsOf(system, ids);
    printFigure(title, { queries, seconds, 'workers killed': killed, ...results, 'most attempts': attempts });
    expect(results).toEqual({ lost: 0, failed: 0, doubled: 0, valid: queries });
  }

  test(
    'no query is lost, failed or doubled, and every archive is complete',
    () => run('worker killed', () => Promise.resolve()),
    patienceMs,
  );

  test(
    'and Redis is flushed repeatedly, no query is lost',
    () =>
      run('worker killed and Redis flushed', async (of, ended) => {
        while (!ended.aborted) {
          await delay(flushEveryMs, null, { signal: ended }).catch(() => null);
          await of.flushQueue();
        }
      }),
    patienceMs,
  );

  test(
    'and Redis restarts empty, no query is lost',
    () =>
      run('worker killed and Redis restarted', async (of) => {
        for (let restart = 0; restart < restarts; restart += 1) {
          await of.stopQueue();
          await of.startQueue();
        }
      }),
    patienceMs,
  );
});
