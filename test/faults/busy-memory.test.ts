import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, printFigure, type NodeProcess } from '@hourglass/testing';
import { quantile, residentMib } from '../soak/process-gauges.ts';
import { fullOrShort, patienceMs } from './fault-run.ts';
import {
  faultQuery,
  resultsOf,
  startFaultSystem,
  submitMany,
  untilAllEnded,
  type FaultSystem,
} from './fault-system.ts';

const runs = fullOrShort(10_000, 60);
/** Memory is compared with that after these runs: until then caches and pools fill. */
const warmRuns = fullOrShort(500, 30);
const maxGrowth = 1.15;
const enqueued = 30;
const statisticsLanes = 2;
const sampleMs = 250;
/** Longer than idle engine instances are kept. */
const idleMs = fullOrShort(10_000, 0);

/** Compares the memory of a process around two of its runs. */
function watchMemory(process: NodeProcess) {
  const samples: { readonly run: number; readonly mib: number }[] = [];
  const around = (run: number) => {
    const near = samples.filter((sample) => Math.abs(sample.run - run) <= warmRuns / 5);
    return quantile(
      near.map(({ mib }) => mib),
      0.5,
    );
  };
  return {
    sample: (run: number) => void samples.push({ run, mib: residentMib(process.pid) }),
    async figures() {
      const [warm, end] = [around(warmRuns), around(runs)];
      await delay(idleMs);
      const idle = residentMib(process.pid);
      return {
        runs,
        warmMib: Math.round(warm),
        endMib: Math.round(end),
        idleMib: Math.round(idle),
        growth: end / warm,
      };
    },
  };
}

/** The short form has too few runs to judge memory. */
function expectBounded(title: string, { growth, ...figures }: { readonly growth: number }): void {
  printFigure(title, { ...figures, growth: growth.toFixed(2) });
  if (runs > 1_000) expect(growth, title).toBeLessThanOrEqual(maxGrowth);
}

describe('without a pause', () => {
  let system: FaultSystem;
  let worker: NodeProcess;
  beforeAll(async () => {
    system = await startFaultSystem({ env: { HOURGLASS_SEAL_AFTER_SECONDS: '1' } });
    worker = system.startWorker();
    await eventually('all facts are sealed', async () => {
      const [row] = await system.sql<{ hot: number }>('select count(*)::int as hot from hot_api_facts');
      return row?.hot === 0 ? true : null;
    });
  });
  afterAll(() => system.stop());

  test(
    'the memory of a worker does not grow with the number of its reports',
    async () => {
      const memory = watchMemory(worker);
      const ids: string[] = [];
      let ended = 0;
      while (ended < runs) {
        const wanted = Math.min(enqueued - (ids.length - ended), runs - ids.length);
        ids.push(...(await submitMany(system.client, Math.max(0, wanted))));
        const [row] = await system.sql<{ left: number }>(
          "select count(*)::int as left from queries where state in ('enqueued', 'running')",
        );
        ended = ids.length - (row?.left ?? 0);
        memory.sample(ended);
        await delay(sampleMs);
      }
      await untilAllEnded(system);
      expectBounded("a worker's memory", await memory.figures());
      const [row] = await system.sql<{ completed: number }>(
        "select count(*)::int as completed from queries where state = 'completed'",
      );
      expect(row?.completed).toBe(runs);
      const some = ids.filter((_, index) => index % Math.ceil(runs / 50) === 0);
      expect(await resultsOf(system, some)).toMatchObject({
        lost: 0,
        failed: 0,
        doubled: 0,
        valid: some.length,
      });
    },
    2 * patienceMs,
  );

  test(
    'the memory of the API does not grow with the number of its statistics',
    async () => {
      const memory = watchMemory(system.api);
      const { start, end } = faultQuery.timeRange;
      const minute = (time: string) => time.replace(/^(\d+)-(\d+)-(\d+)T(\d+:\d+).*$/, '$2/$3/$1 $4');
      const parameters = new URLSearchParams({
        select: 'sum(message_count)',
        timeRange: `${minute(start)}~${minute(end)}`,
      });
      const answers = new Set<string>();
      let asked = 0;
      let answered = 0;
      async function ask(): Promise<void> {
        while (asked < runs) {
          asked += 1;
          const response = await system.client.request(`/stats/apiproxy?${parameters.toString()}`);
          answers.add(`${response.status} ${await response.text()}`);
          answered += 1;
          if (answered % 10 === 0) memory.sample(answered);
        }
      }
      await Promise.all(Array.from({ length: statisticsLanes }, ask));
      expectBounded("the API's memory", await memory.figures());
      expect([...answers].map((answer) => answer.slice(0, 3))).toEqual(['200']);
    },
    2 * patienceMs,
  );
});
