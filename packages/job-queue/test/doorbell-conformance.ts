import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startQueueServer, type QueueServer, type QueueServerKind } from '@hourglass/embedded';
import { ServiceUnavailable } from '@hourglass/reports';
import { eventually, startNode } from '@hourglass/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDoorbell, openConsumer, type Consumer, type ConsumerLog } from '../src/index.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const endlessConsumer = fileURLToPath(new URL('./fixtures/consumer-that-never-ends.mjs', import.meta.url));

interface Run {
  readonly queryId: string;
  readonly signal: AbortSignal;
  finish(): void;
}

/** A consumer whose runs last until the test ends them, or until they are aborted. */
function openTestConsumer(server: QueueServer, prefix: string, log: ConsumerLog = silent) {
  const runs: Run[] = [];
  const ended: string[] = [];
  const consumer = openConsumer({
    redisUrl: server.url,
    prefix,
    concurrency: 4,
    log,
    run: async (queryId, signal) => {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
        runs.push({ queryId, signal, finish: resolve });
      });
      ended.push(queryId);
    },
  });
  const runOf = (queryId: string) =>
    eventually(`a run of ${queryId}`, () => runs.find((run) => run.queryId === queryId) ?? null);
  return { ...consumer, runs, ended, runOf };
}

/** What the doorbell and the consumer promise together, over a server of the given kind. */
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

    test('every ring is delivered, with the id of its query and at the given concurrency', async () => {
      const { doorbell, consumer } = pair();
      const ids = Array.from({ length: 40 }, () => randomUUID());
      await Promise.all(ids.map((id) => doorbell.ring({ id, attempt: 0 })));
      await eventually('four runs', () => (consumer.runs.length === 4 ? true : null));
      const finishing = ids.map(async (id) => (await consumer.runOf(id)).finish());
      await Promise.all(finishing);
      await eventually('all ended', () => (consumer.ended.length === ids.length ? true : null));
      expect([...consumer.ended].sort()).toEqual([...ids].sort());
    });

    test('a ring is kept for a consumer that comes later', async () => {
      const prefix = `{test-${randomUUID()}}`;
      const doorbell = createDoorbell({ redisUrl: server.url, prefix });
      opened.push(doorbell);
      const id = randomUUID();
      await doorbell.ring({ id, attempt: 0 });
      const consumer = openTestConsumer(server, prefix);
      closedAfterwards(consumer);
      (await consumer.runOf(id)).finish();
    });

    test('ringing again for an attempt that waits or runs changes nothing; the next attempt is a run', async () => {
      const { doorbell, consumer } = pair();
      const id = randomUUID();
      for (let ring = 0; ring < 3; ring += 1) await doorbell.ring({ id, attempt: 0 });
      await consumer.runOf(id);
      await doorbell.ring({ id, attempt: 0 });
      await doorbell.ring({ id, attempt: 1 });
      await eventually('the run of the next attempt', () => (consumer.runs.length >= 2 ? true : null));
      const last = randomUUID();
      await doorbell.ring({ id: last, attempt: 0 });
      await consumer.runOf(last);
      expect(consumer.runs.map((run) => run.queryId)).toEqual([id, id, last]);
    });

    test('a run that ended, well or with an error, can be rung for again, and leaves no job behind', async () => {
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
      const id = randomUUID();
      const jobs = () => keysLeft(`${prefix}*${id}*`);
      for (const wanted of [1, 2, 3]) {
        await doorbell.ring({ id, attempt: 0 });
        await eventually('its run', () => (runs === wanted ? true : null));
        await eventually('its job to be removed', async () => ((await jobs()).length === 0 ? true : null));
      }
      expect(errors).toEqual([{ err: new Error('unexpected'), queryId: id }]);
      expect(runs).toBe(3);
    });

    test('when the server forgets everything in the middle, new rings are still served', async () => {
      const { doorbell, consumer } = pair();
      const before = randomUUID();
      await doorbell.ring({ id: before, attempt: 0 });
      const run = await consumer.runOf(before);
      const redis = new Redis(server.url);
      await redis.flushall();
      redis.disconnect();
      const after = randomUUID();
      await doorbell.ring({ id: after, attempt: 0 });
      (await consumer.runOf(after)).finish();
      // The lost job's lock cannot be renewed: its run is told so.
      await eventually('the abort', () => (run.signal.aborted ? true : null));
      await eventually('the end', () => (consumer.ended.length === 2 ? true : null));
      await doorbell.ring({ id: before, attempt: 0 });
      await eventually('a run of the lost one', () => (consumer.runs.length === 3 ? true : null));
    });

    test('a job whose consumer is killed goes to another one, once its lock ran out', async () => {
      const prefix = `{test-${randomUUID()}}`;
      const doorbell = createDoorbell({ redisUrl: server.url, prefix });
      opened.push(doorbell);
      const process = startNode(endlessConsumer, { args: [server.url, prefix], env: {}, cwd: tmpdir() });
      const id = randomUUID();
      await doorbell.ring({ id, attempt: 0 });
      await process.lineWith((line) => (line === id ? true : null));
      process.kill('SIGKILL');
      await process.exited;
      const consumer = openTestConsumer(server, prefix);
      closedAfterwards(consumer);
      (await consumer.runOf(id)).finish();
    });

    test('closing aborts the runs, waits for them, and takes no more jobs', async () => {
      const { doorbell, consumer } = pair();
      const id = randomUUID();
      await doorbell.ring({ id, attempt: 0 });
      await consumer.runOf(id);
      await consumer.close({ deadlineMs: 5_000 });
      expect(consumer.ended).toEqual([id]);
      await doorbell.ring({ id: randomUUID(), attempt: 0 });
      expect(consumer.runs).toHaveLength(1);
    });

    test('closing keeps its deadline although a run never ends', async () => {
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
      await doorbell.ring({ id: randomUUID(), attempt: 0 });
      await eventually('the run', () => (started ? true : null));
      const beginMs = performance.now();
      await consumer.close({ deadlineMs: 500 });
      expect(performance.now() - beginMs).toBeLessThan(2_000);
    });

    test('while the server is away rings fail fast and closing is quick; when it is back both sides work', async () => {
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
        await eventually('the loss to be noticed', async () => {
          const check = consumer.check();
          return check.then(
            () => null,
            () => true,
          );
        });
        const beginMs = performance.now();
        await expect(doorbell.ring({ id: randomUUID(), attempt: 0 })).rejects.toThrow(ServiceUnavailable);
        await expect(doorbell.check()).rejects.toThrow(ServiceUnavailable);
        await expect(consumer.check()).rejects.toThrow(ServiceUnavailable);
        expect(performance.now() - beginMs).toBeLessThan(5_000);
        const closingMs = performance.now();
        await other.close({ deadlineMs: 1_000 });
        expect(performance.now() - closingMs).toBeLessThan(3_000);
        // Several more tries have failed by the time a doorbell of its own has been refused twice.
        const late = createDoorbell({ redisUrl: server.url });
        for (const _ of [1, 2]) await expect(late.check()).rejects.toThrow(ServiceUnavailable);
        await late.close();
      } finally {
        await start();
      }
      const id = randomUUID();
      await eventually('a ring to be taken', async () =>
        doorbell.ring({ id, attempt: 0 }).then(
          () => true,
          () => null,
        ),
      );
      (await consumer.runOf(id)).finish();
      await doorbell.check();
      await consumer.check();
      expect(warnings).toEqual(['there is no connection to Redis; trying again until there is']);
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
      const id = randomUUID();
      await eventually('a ring to be taken', async () =>
        doorbell.ring({ id, attempt: 0 }).then(
          () => true,
          () => null,
        ),
      );
      (await consumer.runOf(id)).finish();
    });

    test('queues with different prefixes do not see each other’s rings', async () => {
      const one = pair();
      const other = pair();
      const [id, otherId] = [randomUUID(), randomUUID()];
      await one.doorbell.ring({ id, attempt: 0 });
      await other.doorbell.ring({ id: otherId, attempt: 0 });
      await one.consumer.runOf(id);
      await other.consumer.runOf(otherId);
      expect(one.consumer.runs.map((run) => run.queryId)).toEqual([id]);
      expect(other.consumer.runs.map((run) => run.queryId)).toEqual([otherId]);
    });
  });
}
