import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  clusterSize,
  eventually,
  isServiceMissing,
  printFigure,
  s3ServerProblem,
  type ClickHouseNode,
} from '@hourglass/testing';
import { reportOfRound, startFaultCluster, type FaultCluster, type Outcome } from './fault-cluster.ts';

const rounds = clusterSize({ short: 2, full: 50 });
const isStoreMissing = isServiceMissing({
  service: 'an S3-compatible server',
  problem: s3ServerProblem(),
  environment: process.env,
});

describe.skipIf(isStoreMissing)('a report of three nodes is right or fails with its reason', () => {
  let fault: FaultCluster;
  beforeAll(async () => {
    fault = await startFaultCluster();
  }, 600_000);
  afterAll(() => fault.stop());

  /** Calls `round` with each number, and then asks for a report without a fault. */
  async function inRounds(title: string, round: (number: number) => Promise<Outcome>) {
    const counts = new Map<string, number>();
    for (let number = 0; number < rounds; number += 1) {
      const outcome = await round(number);
      const name = outcome.is === 'failed' ? `failed by ${outcome.reason}` : outcome.is;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      await eventually('a report after the fault', async () => {
        const after = await fault.attempt(reportOfRound(number));
        expect(after.is).not.toBe('wrong');
        return after.is === 'right' ? true : null;
      });
    }
    printFigure(title, { rounds, wrong: 0, ...Object.fromEntries(counts) });
    expect(counts.has('wrong')).toBe(false);
    return counts;
  }

  const nodeOf = (round: number) => fault.cluster.nodes[round % 3] as ClickHouseNode;
  const segmentOf = (round: number) =>
    fault.segments[(round * 3) % fault.segments.length] as FaultCluster['segments'][number];
  const untilNodesRead = () =>
    eventually('the nodes read', () => (fault.proxy.waiting() > 0 ? true : null), { steady: true });

  /** Computes a report whose nodes wait for the store while `happen` runs. */
  async function whileReading(round: number, happen: () => Promise<void>, signal?: AbortSignal) {
    fault.proxy.hold();
    const running = fault.attempt(reportOfRound(round), signal && { signal });
    await untilNodesRead();
    await happen();
    fault.proxy.release();
    return running;
  }

  test('when a node is killed while it reads', async () => {
    await inRounds('cluster: node killed while it reads', async (round) => {
      const outcome = await whileReading(round, () => nodeOf(round).kill());
      await nodeOf(round).start();
      return outcome;
    });
  }, 1_800_000);

  test('when a node is killed between two slices', async () => {
    await inRounds('cluster: node killed between slices', async (round) => {
      let files = 0;
      const outcome = await fault.attempt(reportOfRound(2 * round), {
        async onFile(index) {
          files += 1;
          if (index === round % 4) await nodeOf(round).kill();
        },
      });
      expect(files).toBeGreaterThan(1);
      await nodeOf(round).kill();
      await nodeOf(round).start();
      return outcome;
    });
  }, 1_800_000);

  test('when a segment is missing, from the beginning or while the nodes read', async () => {
    const counts = await inRounds('cluster: object missing', async (round) => {
      const { key, path } = segmentOf(round);
      const remove = () => fault.objects.delete(key);
      const isLate = round % 4 >= 2;
      if (!isLate) await remove();
      const outcome = await (isLate ? whileReading(round, remove) : fault.attempt(reportOfRound(round)));
      await fault.objects.putFile(key, path, { contentType: 'application/octet-stream' });
      return outcome;
    });
    expect(counts.get('failed by object store')).toBeGreaterThan(0);
  }, 1_800_000);

  test('when the store is slow, or so slow that the report is cancelled', async () => {
    const counts = await inRounds('cluster: store slow', async (round) => {
      if (round % 2 === 1) {
        const cancelled = new AbortController();
        const cancel = () => Promise.resolve(cancelled.abort(new Error('out of time')));
        return whileReading(round >> 1, cancel, cancelled.signal);
      }
      fault.proxy.delay(1 + ((round * 13) % 60));
      const outcome = await fault.attempt(reportOfRound(round >> 1));
      fault.proxy.delay(0);
      return outcome;
    });
    expect(Object.fromEntries(counts)).toEqual({
      right: Math.ceil(rounds / 2),
      'failed by cancelled': Math.floor(rounds / 2),
    });
  }, 1_800_000);

  test('when the password is wrong, of the worker or on one node', async () => {
    const stranger = fault.engineWith({ password: 'wrong' });
    const counts = await inRounds('cluster: wrong password', async (round) => {
      if (round % 2 === 1) return fault.attempt(reportOfRound(round >> 1), { engine: stranger });
      const node = nodeOf(round >> 1);
      await node.kill();
      await node.start({ password: 'rotated' });
      const outcome = await fault.attempt(reportOfRound(round >> 1));
      await node.kill();
      await node.start();
      return outcome;
    });
    await stranger.close();
    expect(counts.get('failed by cluster')).toBeGreaterThanOrEqual(Math.floor(rounds / 2));
  }, 1_800_000);

  test('when a node is dead, and the node takes part again when it is back', async () => {
    const counts = await inRounds('cluster: node dead and back', async (round) => {
      const node = nodeOf(round);
      await node.kill();
      const outcome = await fault.attempt(reportOfRound(round));
      await node.start();
      await eventually('the node reads', async () => {
        expect((await fault.attempt(reportOfRound(round))).is).not.toBe('wrong');
        const reads = await node.run(`select value from system.events where event = 'S3GetObject'`);
        return Number(reads) > 0 ? true : null;
      });
      return outcome;
    });
    expect(counts.get('right')).toBeGreaterThan(0);
  }, 1_800_000);
});
