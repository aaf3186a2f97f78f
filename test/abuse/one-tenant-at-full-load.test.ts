import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  eventually,
  readArchive,
  startSystem,
  type ContractClient,
  type NodeProcess,
  type RunningSystem,
} from '@hourglass/testing';
import {
  earlierFact,
  factLines,
  fewFacts,
  lockFacts,
  slow,
  small,
  statistics,
  timeRange,
  transaction,
} from './full-load.ts';
import { printFigure } from './print-figure.ts';
import { openSlicingWorker } from './slicing-worker.ts';

// The attacks whose outcome does not depend on times. `one-tenant-at-full-load.full.test.ts` measures.

const facts = 2_000;
const sliceFacts = 500;

let system: RunningSystem;
/** Its organization attacks. */
let attacker: ContractClient;
let other: ContractClient;
beforeAll(async () => {
  // The attacker's facts become a segment at once: a report is divided into slices by its segments.
  system = await startSystem({ worker: false, env: { HOURGLASS_BULK_BATCH_ROWS: '1000' } });
  attacker = system.client;
  const tenant = await system.createTenant();
  other = system.clientOf(tenant.organization, 'prod', `Bearer ${tenant.token}`);
  const body = factLines(facts).join('\n');
  expect((await attacker.request('/facts/api', { method: 'POST', body })).status).toBe(201);
  await attacker.sendFacts([earlierFact]);
  await other.sendFacts(fewFacts(10));
  const mint = { method: 'POST', body: JSON.stringify(transaction) };
  expect((await other.request('/facts/mint', mint)).status).toBe(201);
});
afterAll(() => system.stop());
let worker: NodeProcess | null = null;
afterEach(async () => {
  await worker?.stop();
  worker = null;
});

const statesOf = (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await attacker.status(id)).state));

test('the small query of another tenant begins although long ones hold every slot and do not end', async () => {
  worker = system.startWorker({ HOURGLASS_WORKER_CONCURRENCY: '2', HOURGLASS_SMALL_QUERY_FACTS: '10' });
  // The attacker's queries read these facts.
  const lock = await lockFacts(system.databaseUrl);
  try {
    const ids = await Promise.all(Array.from({ length: 10 }, () => attacker.submit(slow)));
    await eventually('two are running', async () => {
      const states = await statesOf(ids);
      return states.filter((state) => state === 'running').length === 2 || null;
    });
    const id = await other.submit({ dataset: 'mint', metrics: [{ name: 'transactionCount' }], timeRange });
    expect((await other.ended(id)).state).toBe('completed');
    const states = await statesOf(ids);
    const ended = states.filter((state) => state !== 'running' && state !== 'enqueued').length;
    printFigure("a tenant's 10 slow queries before another's small one", {
      found: `${ended} of them ended before it`,
      bound: '0',
    });
    expect(ended).toBe(0);
    await Promise.all(ids.map((one) => attacker.request(`/queries/${one}:cancel`, { method: 'POST' })));
  } finally {
    await lock.release();
  }
});

test('a long query pauses after a slice for another tenant, and its rows are the same as without a pause', async () => {
  const slicing = await openSlicingWorker(system, sliceFacts);
  try {
    const undisturbed = await attacker.submit(slow);
    await slicing.runAll(() => Promise.resolve());
    const long = await attacker.submit(slow);
    let waits: string | null = null;
    await slicing.runAll(async () => {
      if (waits !== null) return;
      waits = await other.submit(small);
      await slicing.noticeWaiting();
    });
    expect(slicing.history).toEqual([
      { queryId: undisturbed, message: 'attempt started' },
      { queryId: undisturbed, message: 'completed' },
      { queryId: long, message: 'attempt started' },
      { queryId: long, message: 'paused: another organization waits' },
      { queryId: waits, message: 'attempt started' },
      { queryId: waits, message: 'completed' },
      { queryId: long, message: 'continued' },
      { queryId: long, message: 'completed' },
    ]);
    const rows = await rowsOf(attacker, long);
    expect(rows.split('\n').length - 1).toBe(facts);
    expect(rows).toBe(await rowsOf(attacker, undisturbed));
  } finally {
    await slicing.close();
  }
});

/** The rows of an archive, without its manifest. */
async function rowsOf(client: ContractClient, id: string): Promise<string> {
  const parts = await readArchive(await client.archive(id));
  return parts.map(({ text }) => text).join('');
}

test('the statistics of another tenant do not wait for the queue of statistics of the first', async () => {
  const lock = await lockFacts(system.databaseUrl);
  try {
    const refusals: (string | null)[] = [];
    let answers = 0;
    const over = new AbortController();
    const all = Array.from({ length: 60 }, async () => {
      const { status, headers } = await attacker.request(statistics, { signal: over.signal });
      if (status === 429) refusals.push(headers.get('Retry-After'));
      else answers += 1;
    });
    const settled = Promise.allSettled(all);
    // Two compute, 50 wait.
    await eventually('the others are refused', () => refusals.length === 8 || null);
    await eventually('two read facts', async () => (await lock.waiting()) === 2 || null);
    const answer = other.request(statistics);
    await eventually('the other tenant reads facts', async () => (await lock.waiting()) === 3 || null);
    expect([answers, new Set(refusals)]).toEqual([0, new Set(['2'])]);
    over.abort();
    await lock.release();
    expect((await answer).status).toBe(200);
    await settled;
    printFigure("60 parallel statistics of a tenant before another's", {
      found: `${answers} finished before it, ${refusals.length} refused`,
      bound: '0 finished, 8 refused',
    });
  } finally {
    await lock.release();
  }
});

test('while another tenant computes statistics, a tenant computes one at a time', async () => {
  const lock = await lockFacts(system.databaseUrl);
  try {
    const answer = other.request(statistics);
    await eventually('the other tenant reads facts', async () => (await lock.waiting()) === 1 || null);
    let refusals = 0;
    const over = new AbortController();
    const all = Array.from({ length: 60 }, async () => {
      const { status } = await attacker.request(statistics, { signal: over.signal });
      if (status === 429) refusals += 1;
    });
    const settled = Promise.allSettled(all);
    // One computes, 50 wait.
    await eventually('the others are refused', () => refusals === 9 || null);
    await eventually('one reads facts', async () => (await lock.waiting()) === 2 || null);
    over.abort();
    await lock.release();
    expect((await answer).status).toBe(200);
    await settled;
    printFigure("60 parallel statistics of a tenant beside another's", {
      found: `${60 - 50 - refusals} computed at a time`,
      bound: '1',
    });
  } finally {
    await lock.release();
  }
});
