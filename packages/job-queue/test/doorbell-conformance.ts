import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startQueueServer, type QueueServer, type QueueServerKind } from '@hourglass/embedded';
import { ServiceUnavailable } from '@hourglass/reports';
import { aborted, eventually, startNode } from '@hourglass/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDoorbell, openConsumer, type Consumer, type ConsumerLog } from '../src/index.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const endlessConsumer = fileURLToPath(new URL('./fixtures/consumer-that-never-ends.mjs', import.meta.url));

interface Run {
  readonly signal: AbortSignal;
  finish(): void;
}

/** Opens a consumer whose runs last until the test finishes them or the consumer closes. */
function openTestConsumer(server: QueueServer, prefix: string, log: ConsumerLog = silent) {
  const runs: Run[] = [];
  let ended = 0;
  const consumer = openConsumer({
    redisUrl: server.url,
    prefix,
    concurrency: 4,
    log,
    run: async (signal) => {
      const finished = new Promise<void>((resolve) => {
        runs.push({ signal, finish: resolve });
      });
      // On a signal of its own, because that of the consumer outlives the run and its listener.
      await Promise.race([finished, aborted(AbortSignal.any([signal]))]);
      ended += 1;
    },
  });
  /** Waits for a run; the first has the number 1. */
  const run = (number: number) => eventually(`run ${number}`, () => runs[number - 1] ?? null);
  return { ...consumer, runs, ended: () => ended, run };
}

/** Checks that the doorbell and the consumer keep their contracts over a server of the given kind. */
export function describeQueue(kind: QueueServerKind): void {
  describe(`doorbell and consumer over ${kind}`, () => {
    let server: QueueServer;
    const opened: { close(): Promise<void> }[] = [];

    beforeAll(async () => {
      server = await startQueueServer({ kind, log: silent });
    });
    afterAll(() => server.stop());
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((each) => each.close()));
    });

    const closedAfterwards = (consumer: Consumer) => {
      opened.push({ close: () => consumer.close({ deadlineMs: 2_000 }) });
    };
    const pair = (log?: ConsumerLog) => {
      const prefix = `{test-${randomUUID()}}`;
      const doorbell = createDoorbell({ redisUrl: server.url, prefix });
      opened.push(doorbell);
      const consumer = openTestConsumer(server, prefix, log);
      closedAfterwards(consumer);
      return { prefix, doorbell, consumer };
    };
    const restartServer = async () => {
      const { port, password } = server;
      await server.stop();
      return async () => {
        server = await startQueueServer({ kind, log: silent, port, password });
      };
    };
    const keysLeft = async (pattern: string): Promise<string[]> => {
      const redis = new Redis(server.url);
      try {
        return await redis.keys(pattern);
      } finally {
        redis.disconnect();
      }
    };

    test('every wake-up starts a run, within the concurrency', async () => {
      const { doorbell, consumer } = pair();
      await Promise.all(Array.from({ length: 40 }, () => doorbell.wake(randomUUID())));
      await eventually('four runs', () => (consumer.runs.length === 4 ? true : null));
      await eventually('36 pending wake-ups', async () =>
        (await doorbell.pendingWakeUps()) === 36 ? true : null,
      );
      for (let number = 1; number <= 40; number += 1) (await consumer.run(number)).finish();
      await eventually('the end of all runs', () => (consumer.ended() === 40 ? true : null));
      expect(consumer.runs).toHaveLength(40);
    });

    test('wake-ups wait for a consumer that starts later, and are pending until it takes them', async () => {
      const prefix = `{test-${randomUUID()}}`;
      const doorbell = createDoorbell({ redisUrl: server.url, prefix });
      opened.push(doorbell);
      expect(await doorbell.pendingWakeUps()).toBe(0);
      const id = randomUUID();
      for (let count = 0; count < 3; count += 1) await doorbell.wake(id);
      expect(await doorbell.pendingWakeUps()).toBe(3);
      const consumer = openTestConsumer(server, prefix);
      closedAfterwards(consumer);
      await consumer.run(3);
      expect(await doorbell.pendingWakeUps()).toBe(0);
    });

    test('a run leaves no job behind, whether it succeeds or fails, and the next wake-up starts a run', async () => {
      const prefix = `{test-${randomUUID()}}`;
      const doorbell = createDoorbell({ redisUrl: server.url, prefix });
      opened.push(doorbell);
      const errors: object[] = [];
      let runs = 0;
      const consumer = openConsumer({
        redisUrl: server.url,
        prefix,
        concurrency: 1,
        log: { ...silent, error: (fields) => errors.push(fields) },
        run: async () => {
          runs += 1;
          if (runs === 2) throw new Error('unexpected');
        },
      });
      closedAfterwards(consumer);
      const jobs = async () => (await keysLeft(`${prefix}*`)).filter((key) => /:\d+$/.test(key));
      for (const wanted of [1, 2, 3]) {
        await doorbell.wake(randomUUID());
        await eventually('the run', () => (runs === wanted ? true : null));
        await eventually('the removal of its job', async () => ((await jobs()).length === 0 ? true : null));
      }
      expect(errors).toEqual([{ err: new Error('unexpected') }]);
      expect(runs).toBe(3);
    });

    test('when the server is flushed during a run, the run continues and new wake-ups are handled', async () => {
      const { doorbell, consumer } = pair();
      await doorbell.wake(randomUUID());
      const before = await consumer.run(1);
      const redis = new Redis(server.url);
      await redis.flushall();
      redis.disconnect();
      expect(await doorbell.pendingWakeUps()).toBe(0);
      await doorbell.wake(randomUUID());
      (await consumer.run(2)).finish();
      await eventually('the end of the second run', () => (consumer.ended() === 1 ? true : null));
      expect(before.signal.aborted).toBe(false);
      before.finish();
      await eventually('the end of the first run', () => (consumer.ended() === 2 ? true : null));
      await doorbell.wake(randomUUID());
      (await consumer.run(3)).finish();
    });

    test('the wake-up of a killed consumer moves to another one when its lock lapses', async () => {
      const prefix = `{test-${randomUUID()}}`;
      const doorbell = createDoorbell({ redisUrl: server.url, prefix });
      opened.push(doorbell);
      const process = startNode(endlessConsumer, { args: [server.url, prefix], env: {}, cwd: tmpdir() });
      await doorbell.wake(randomUUID());
      await process.lineWith((line) => (line === 'wake-up' ? true : null));
      process.kill('SIGKILL');
      await process.exited;
      const consumer = openTestConsumer(server, prefix);
      closedAfterwards(consumer);
      (await consumer.run(1)).finish();
    });

    test('close aborts the runs, waits for them, and takes no more jobs', async () => {
      const { doorbell, consumer } = pair();
      await doorbell.wake(randomUUID());
      await consumer.run(1);
      await consumer.close({ deadlineMs: 5_000 });
      expect(consumer.ended()).toBe(1);
      await doorbell.wake(randomUUID());
      expect(consumer.runs).toHaveLength(1);
    });

    test('close keeps its deadline although a run never ends', async () => {
      const prefix = `{test-${randomUUID()}}`;
      const doorbell = createDoorbell({ redisUrl: server.url, prefix });
      opened.push(doorbell);
      let started = false;
      const consumer = openConsumer({
        redisUrl: server.url,
        prefix,
        concurrency: 1,
        log: silent,
        run: () => {
          started = true;
          return new Promise(() => {});
        },
      });
      await doorbell.wake(randomUUID());
      await eventually('the run', () => (started ? true : null));
      const beginMs = performance.now();
      await consumer.close({ deadlineMs: 500 });
      expect(performance.now() - beginMs).toBeLessThan(2_000);
    });

    test('while the server is down, wake-ups fail fast and close is quick; afterwards both sides work again', async () => {
      const warnings: string[] = [];
      const log = { ...silent, warn: (_: object, message: string) => warnings.push(message) };
      const { doorbell, consumer } = pair(log);
      const { consumer: other } = pair();
      await consumer.ready;
      await other.ready;
      await doorbell.check();
      await consumer.check();
      const start = await restartServer();
      try {
        await eventually('the consumer to notice the loss', async () => {
          const check = consumer.check();
          return check.then(
            () => null,
            () => true,
          );
        });
        const beginMs = performance.now();
        await expect(doorbell.wake(randomUUID())).rejects.toThrow(ServiceUnavailable);
        await expect(doorbell.check()).rejects.toThrow(ServiceUnavailable);
        await expect(consumer.check()).rejects.toThrow(ServiceUnavailable);
        expect(performance.now() - beginMs).toBeLessThan(5_000);
        const closingMs = performance.now();
        await other.close({ deadlineMs: 1_000 });
        expect(performance.now() - closingMs).toBeLessThan(3_000);
        // When a second doorbell has been refused twice, several retries of the first have failed too.
        const late = createDoorbell({ redisUrl: server.url });
        for (const _ of [1, 2]) await expect(late.check()).rejects.toThrow(ServiceUnavailable);
        await late.close();
      } finally {
        await start();
      }
      await eventually('an accepted wake-up', async () =>
        doorbell.wake(randomUUID()).then(
          () => true,
          () => null,
        ),
      );
      (await consumer.run(1)).finish();
      await doorbell.check();
      await consumer.check();
      expect(warnings).toEqual(['not connected to Redis; will retry']);
    });

    test('both sides may start before the server', async () => {
      const start = await restartServer();
      const { doorbell, consumer } = pair();
      try {
        await expect(doorbell.check()).rejects.toThrow(ServiceUnavailable);
        await expect(consumer.check()).rejects.toThrow(ServiceUnavailable);
      } finally {
        await start();
      }
      await consumer.ready;
      await eventually('an accepted wake-up', async () =>
        doorbell.wake(randomUUID()).then(
          () => true,
          () => null,
        ),
      );
      (await consumer.run(1)).finish();
    });

    test('queues with different prefixes do not share wake-ups', async () => {
      const one = pair();
      const other = pair();
      await one.doorbell.wake(randomUUID());
      for (const _ of [1, 2]) await other.doorbell.wake(randomUUID());
      await one.consumer.run(1);
      await other.consumer.run(2);
      expect([one.consumer.runs.length, other.consumer.runs.length]).toEqual([1, 2]);
    });
  });
}
