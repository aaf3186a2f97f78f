import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printFigure, readArchive } from '@hourglass/testing';
import { fullOrShort, patienceMs } from './fault-run.ts';
import { startFaultSystem, type FaultSystem } from './fault-system.ts';

const queries = fullOrShort(100, 8);
const factsPerSecond = 2_000;
/** Facts per batch. */
const batchFacts = 200;
const startMs = Date.parse('2026-04-01T00:00:00Z');
const query = {
  metrics: [
    { name: 'message_count', function: 'sum', alias: 'calls' },
    { name: 'request_size', function: 'sum', alias: 'bytes' },
  ],
  dimensions: ['apiproxy'],
  timeRange: { start: '2026-04-01T00:00:00Z', end: '2026-04-02T00:00:00Z' },
};

describe('while facts are written continuously', () => {
  let system: FaultSystem;
  beforeAll(async () => {
    // Seals every second, so that facts also move while they are read.
    system = await startFaultSystem({ worker: true, env: { HOURGLASS_SEAL_AFTER_SECONDS: '1' } });
  });
  afterAll(() => system.stop());

  test(
    'every report is one snapshot: exactly the facts of the batches up to its watermark',
    async () => {
      const [before] = await system.sql<{ seq: string }>('select max(seq)::text as seq from batches');
      const firstSeq = BigInt(before?.seq ?? 0) + 1n;
      const ended = new AbortController();
      let batches = 0;
      const writing = (async () => {
        const beganMs = performance.now();
        while (!ended.signal.aborted) {
          const number = (batches += 1);
          await system.client.sendFacts(
            Array.from({ length: batchFacts }, (_, index) => ({
              timestamp: startMs + index,
              apiproxy: `proxy-${index % 3}`,
              message_count: 1,
              request_size: number,
            })),
          );
          const dueMs = beganMs + (number * batchFacts * 1000) / factsPerSecond;
          await new Promise((resolve) => {
            setTimeout(resolve, Math.max(0, dueMs - performance.now()));
          });
        }
        return (batches * batchFacts * 1000) / (performance.now() - beganMs);
      })();

      const wrong: object[] = [];
      const seen = new Set<number>();
      for (let number = 0; number < queries; number += 1) {
        const id = await system.client.submit(query);
        const { state } = await system.client.ended(id);
        expect(state).toBe('completed');
        const parts = await readArchive(await system.client.archive(id));
        const rows = parts
          .flatMap(({ text }) => text.trimEnd().split('\n'))
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as { calls: string; bytes: string });
        const calls = rows.reduce((sum, row) => sum + Number(row.calls), 0);
        const bytes = rows.reduce((sum, row) => sum + Number(row.bytes), 0);
        const [row] = await system.sql<{ committed: number; watermark: string }>(
          `select (select count(*)::int from batches b where b.seq between $2 and q.watermark) as committed,
                  watermark::text from queries q where id = $1`,
          [id, firstSeq.toString()],
        );
        const committed = row?.committed ?? -1;
        seen.add(committed);
        // Each fact of batch n has the request size n.
        const expected = [committed * batchFacts, (batchFacts * committed * (committed + 1)) / 2];
        if (calls !== expected[0] || bytes !== expected[1]) wrong.push({ calls, bytes, expected, ...row });
      }
      ended.abort();
      const rate = await writing;
      printFigure('facts written during queries', {
        queries,
        'facts a second': Math.round(rate),
        batches,
        'different snapshots': seen.size,
        wrong: wrong.length,
      });
      expect(wrong).toEqual([]);
      expect(seen.size).toBeGreaterThan(1);
    },
    patienceMs,
  );
});
