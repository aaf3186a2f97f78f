import { randomUUID } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, sharedSystem, type TestSystem } from '@hourglass/testing';

/** A batch of this size becomes a segment that is large enough for a partial. */
const facts = 50_001;
const startMs = Date.parse('2026-03-01T00:00:00Z');
const proxies = ['one', 'two', 'three'];
const query = {
  metrics: [
    { name: 'message_count', function: 'sum', alias: 'calls' },
    { name: 'response_size', function: 'avg', alias: 'size' },
  ],
  dimensions: ['apiproxy'],
  groupByTimeUnit: 'day',
  timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-03T00:00:00Z' },
  // An equal query would get the finished result.
  reuse: false,
};

let system: TestSystem;
/** Those of earlier test files. */
let earlier: readonly string[];
beforeAll(async () => {
  system = await sharedSystem('worker');
  earlier = await allPartialFiles();
});
afterAll(() => system.stop());

/** Sends a batch whose fact `index` is of a proxy in turn. */
async function send(id: string, count: number, size: number, firstMs = startMs): Promise<void> {
  const lines = Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      timestamp: firstMs + index * 3_000,
      apiproxy: proxies[index % proxies.length],
      response_size: size,
    }),
  );
  const response = await system.client.request('/facts/api', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': id },
    body: lines.join('\n'),
  });
  expect(response.status).toBe(201);
}

/** Returns the rows that the batches make, computed without the program. */
function expectedRows(batches: readonly { readonly count: number; readonly size: number }[]): string {
  const sums = new Map<string, { calls: number; size: number }>();
  for (const { count, size } of batches) {
    for (let index = 0; index < count; index += 1) {
      const day = new Date(startMs + index * 3_000).toISOString().slice(0, 10);
      const key = `${day} ${proxies[index % proxies.length]}`;
      const sum = sums.get(key) ?? { calls: 0, size: 0 };
      sums.set(key, { calls: sum.calls + 1, size: sum.size + size });
    }
  }
  const rows = [...sums].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return rows
    .map(([key, { calls, size }]) => {
      const [day, proxy] = key.split(' ');
      const average = String(size / calls);
      const float = average.includes('.') ? average : `${average}.0`;
      return `{"calls":"${calls}","size":${float},"apiproxy":"${proxy}","day":"${day} 00:00:00 UTC"}\n`;
    })
    .join('');
}

const segmentsFolder = () => path.join(system.dataDirectory, 'cache', 'partials', 'segments');

async function partialFiles(): Promise<readonly string[]> {
  return (await allPartialFiles()).filter((file) => !earlier.includes(file));
}

async function allPartialFiles(): Promise<readonly string[]> {
  const names = await readdir(segmentsFolder(), { recursive: true }).catch((): string[] => []);
  return names.filter((name) => name.endsWith('.parquet')).map((name) => path.join(segmentsFolder(), name));
}

test('repeated reports read partials, and notice late facts, deletions and damage', async () => {
  const [large, late] = [randomUUID(), randomUUID()];
  await send(large, facts, 7);
  const sealed = expectedRows([{ count: facts, size: 7 }]);
  expect(await system.client.report(query)).toBe(sealed);
  // One report is not worth keeping anything.
  expect(await partialFiles()).toEqual([]);
  expect(await system.client.report(query)).toBe(sealed);
  expect(await partialFiles()).toHaveLength(1);
  expect(await system.client.report(query)).toBe(sealed);
  expect(await partialFiles()).toHaveLength(1);
  // Three proxies on two days, instead of all facts.
  expect(await system.client.ended(await system.client.submit(query))).toMatchObject({ rowsScanned: 6 });

  await send(late, 100, 100);
  const both = expectedRows([
    { count: facts, size: 7 },
    { count: 100, size: 100 },
  ]);
  expect(await system.client.report(query)).toBe(both);

  for (const file of await partialFiles()) await writeFile(file, 'damaged');
  expect(await system.client.report(query)).toBe(both);

  const deletion = await system.client.request(`/batches/${large}`, { method: 'DELETE' });
  expect(deletion.status).toBe(200);
  expect(await system.client.report(query)).toBe(expectedRows([{ count: 100, size: 100 }]));
});

test('once a report is repeated, its next run reads no facts of a batch that came meanwhile', async () => {
  const aprilMs = Date.parse('2026-04-01T00:00:00Z');
  const april = { ...query, timeRange: { start: '2026-04-01T00:00:00Z', end: '2026-04-03T00:00:00Z' } };
  await send(randomUUID(), facts, 1, aprilMs);
  await system.client.report(april);
  await system.client.report(april);
  const before = await partialFiles();
  await send(randomUUID(), facts, 1, aprilMs);
  await eventually('a partial of the second batch', async () =>
    (await partialFiles()).length > before.length ? true : null,
  );
  // Three proxies on two days, of two segments.
  const ended = await system.client.ended(await system.client.submit(april));
  expect(ended).toMatchObject({ rowsScanned: 12 });
});
