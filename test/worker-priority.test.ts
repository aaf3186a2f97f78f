import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSystem, type RunningSystem } from '@hourglass/testing';

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({ worker: false });
});
afterAll(() => system.stop());

/** Linux has a priority for each thread. */
function prioritiesOf(pid: number): readonly number[] {
  const threads = process.platform === 'linux' ? readdirSync(`/proc/${pid}/task`).map(Number) : [pid];
  return threads.flatMap((thread) => {
    try {
      return [getPriority(thread)];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

it('every thread of a worker, also those of its engine, leaves the processor to those of the API', async () => {
  const worker = system.startWorker();
  const { client } = system;
  await client.report({
    metrics: [{ name: 'message_count', function: 'sum' }],
    dimensions: ['apiproxy'],
    timeRange: 'last60minutes',
  });
  expect(new Set(prioritiesOf(worker.pid))).toEqual(new Set([10]));
  expect(new Set(prioritiesOf(system.api.pid))).toEqual(new Set([getPriority()]));
});
