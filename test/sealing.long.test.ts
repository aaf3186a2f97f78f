import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '@hourglass/database';
import {
  connectDatabase,
  eventually,
  readArchive,
  startSystem,
  type RunningSystem,
  testAudit as audit,
} from '@hourglass/testing';

const range = { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z' };
const rowsOfBatch = 1_000;

let system: RunningSystem;
beforeEach(async () => {
  system = await startSystem({ worker: false });
});
afterEach(() => system.stop());

/** All facts differ, so that a duplicate cannot hide a lost one. */
async function bringIn(batch: number): Promise<void> {
  const startMs = Date.parse(range.start);
  const lines = Array.from({ length: rowsOfBatch }, (_, row) => {
    const number = batch * rowsOfBatch + row;
    return `{"timestamp":${startMs + number * 37},"apiproxy":"p${row % 3}","request_size":${number}}`;
  });
  const response = await system.client.request('/facts/api', { method: 'POST', body: lines.join('\n') });
  expect(response.status).toBe(201);
}

interface Counted {
  readonly facts: number;
  readonly sum: number;
}

/** Computes the totals of batches `first` to `batches` - 1. */
function expectedOf(batches: number, first = 0): Counted {
  const [facts, before] = [batches * rowsOfBatch, first * rowsOfBatch];
  return { facts: facts - before, sum: (facts * (facts - 1) - before * (before - 1)) / 2 };
}

async function counted(): Promise<Counted> {
  const id = await system.client.submit({
    metrics: [
      { name: 'message_count', function: 'sum', alias: 'facts' },
      { name: 'request_size', function: 'sum', alias: 'sum' },
    ],
    timeRange: range,
  });
  expect(await system.client.ended(id)).toMatchObject({ state: 'completed' });
  const [part] = await readArchive(await system.client.archive(id));
  const { facts, sum } = JSON.parse(part?.text ?? '') as Record<keyof Counted, string>;
  return { facts: Number(facts), sum: Number(sum) };
}

async function places(): Promise<{ hot: number; sealed: number; incoming: number }> {
  const client = await connectDatabase(system.databaseUrl);
  try {
    const [row] = await client.sql<{ hot: number; sealed: number; incoming: number }>(
      `select (select count(*)::int from hot_api_facts) as hot,
              (select coalesce(sum(facts), 0)::int from segments where state = 'live') as sealed,
              (select count(*)::int from segments where state = 'incoming') as incoming`,
    );
    if (row === undefined) throw new Error('no row');
    return row;
  } finally {
    await client.end();
  }
}

async function pendingDeletions(): Promise<number> {
  const client = await connectDatabase(system.databaseUrl);
  try {
    // As if the time had passed in which deletions share a rewrite.
    await client.sql(`update segments set deleted_since = deleted_since - interval '1 hour'`);
    const rows = await client.sql(`select from segments where deletions <> '[]'`);
    return rows.length;
  } finally {
    await client.end();
  }
}

async function objectFiles(): Promise<number> {
  const folder = path.join(system.dataDirectory, 'store', 'objects', 'segments');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).length;
}

test('a worker killed while it seals leaves each fact in one place, and the next one continues', async () => {
  // Before the commit the facts are hot; after it they are in their segment.
  const points = [
    { point: 'seal.copied', isMoved: false },
    { point: 'seal.registered', isMoved: false },
    { point: 'seal.uploaded', isMoved: false },
    { point: 'seal.live', isMoved: true },
  ];
  let batches = 0;
  for (const { point, isMoved } of points) {
    const sealed = batches * rowsOfBatch;
    await bringIn(batches);
    await bringIn(batches + 1);
    batches += 2;
    const killed = system.startWorker({ HOURGLASS_SEAL_FACTS: '1', HOURGLASS_CRASH_POINT: point });
    expect((await killed.exited).signal).toBe('SIGKILL');
    const moved = isMoved ? 2 * rowsOfBatch : 0;
    expect([point, await places()]).toEqual([
      point,
      expect.objectContaining({ hot: 2 * rowsOfBatch - moved, sealed: sealed + moved }),
    ]);

    const next = system.startWorker({ HOURGLASS_SEAL_FACTS: '1' });
    await eventually('everything is sealed', async () => ((await places()).hot === 0 ? true : null));
    expect(await counted()).toEqual(expectedOf(batches));
    expect((await places()).sealed).toBe(batches * rowsOfBatch);
    await next.stop();
  }
  // Two of the killed workers had stored a segment that never became live.
  expect((await places()).incoming).toBe(2);
}, 240_000);

test('a worker killed while it rewrites a segment brings no deleted fact back and loses no other', async () => {
  const points = ['rewrite.registered', 'rewrite.uploaded', 'rewrite.live'];
  const batches = points.length + 1;
  for (let batch = 0; batch < batches; batch += 1) await bringIn(batch);
  const first = system.startWorker({ HOURGLASS_SEAL_FACTS: '1' });
  await eventually('everything is sealed', async () => ((await places()).hot === 0 ? true : null));
  await first.stop();
  const database = openDatabase({ as: 'owner', url: system.databaseUrl, poolSize: 2 });
  const [owner] = await database.segments.listMergeable({ targetFacts: 1_000_000_000, minSegments: 1 });
  if (owner === undefined) throw new Error('nothing is sealed');
  const startMs = Date.parse(range.start);
  for (const [index, point] of points.entries()) {
    const endExclusiveMs = startMs + (index + 1) * rowsOfBatch * 37;
    await database.deletions(audit).deleteRange(owner, { startMs, endExclusiveMs });
    expect(await pendingDeletions()).toBe(1);
    const killed = system.startWorker({ HOURGLASS_CRASH_POINT: point });
    expect((await killed.exited).signal).toBe('SIGKILL');
    const next = system.startWorker();
    await eventually('it is rewritten', async () => ((await pendingDeletions()) === 0 ? true : null));
    expect([point, await counted()]).toEqual([point, expectedOf(batches, index + 1)]);
    expect((await places()).sealed).toBe((batches - index - 1) * rowsOfBatch);
    await next.stop();
  }
  await database.close();
}, 240_000);

test('while facts are ingested, sealed and merged by two workers, every report counts each fact once', async () => {
  const settings = { HOURGLASS_SEAL_FACTS: '2000', HOURGLASS_SEAL_AFTER_SECONDS: '2' };
  const workers = [system.startWorker(settings), system.startWorker(settings)];
  const seen: Counted[] = [];
  for (let batch = 0; batch < 36; batch += 1) {
    await bringIn(batch);
    if (batch % 3 === 2) {
      seen.push(await counted());
      expect(seen.at(-1)).toEqual(expectedOf(batch + 1));
    }
    // At any point of its work; the other worker then claims its queries.
    if (batch === 18) workers[0]?.kill('SIGKILL');
  }
  expect(seen).toHaveLength(12);
  await eventually('everything is sealed', async () => ((await places()).hot === 0 ? true : null));
  expect(await counted()).toEqual(expectedOf(36));
  const { sealed } = await places();
  expect(sealed).toBe(36_000);
  expect(await objectFiles()).toBeGreaterThan(0);
}, 240_000);
