import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  connectDatabase,
  eventually,
  readArchive,
  startSystem,
  type ContractClient,
  type NodeProcess,
  type RunningSystem,
} from '@hourglass/testing';
import { factLines, fewFacts, slow, small, statistics } from './full-load.ts';
import { printFigure } from './print-figure.ts';
import { startFlood, type Flood } from './start-flood.ts';

// These tests need queries that run for seconds. Attacks without times are in `one-tenant-at-full-load.test.ts`.

const facts = 600_000;

let system: RunningSystem;
/** Its organization attacks. */
let attacker: ContractClient;
let other: ContractClient;
beforeAll(async () => {
  system = await startSystem({
    worker: false,
    env: {
      HOURGLASS_QUERIES_PER_HOUR: '1000',
      HOURGLASS_ACTIVE_QUERIES: '10',
      // Small slices.
      HOURGLASS_ENGINE_MEMORY_MB: '128',
      HOURGLASS_ENGINE_THREADS: '1',
      HOURGLASS_SMALL_QUERY_FACTS: '10000',
    },
  });
  attacker = system.client;
  const tenant = await system.createTenant();
  other = system.clientOf(tenant.organization, 'prod', `Bearer ${tenant.token}`);
  const lines = factLines(facts);
  for (let from = 0; from < facts; from += 150_000) {
    const body = lines.slice(from, from + 150_000).join('\n');
    const response = await attacker.request('/facts/api', { method: 'POST', body });
    expect(response.status).toBe(201);
  }
  await other.sendFacts(fewFacts(100));
}, 300_000);
afterAll(() => system.stop());
let workers: NodeProcess[] = [];
let flood: Flood | null = null;
afterEach(async () => {
  // So that a failed test leaves nothing to the next one.
  await flood?.stop();
  flood = null;
  await Promise.all(workers.map((worker) => worker.stop()));
  workers = [];
  const database = await connectDatabase(system.databaseUrl);
  await database.sql(`update queries set state = 'cancelled' where state in ('enqueued', 'running')`);
  await database.end();
});

function startWorker(settings: Readonly<Record<string, string>> = {}): NodeProcess {
  const worker = system.startWorker(settings);
  workers.push(worker);
  return worker;
}

/** The messages of the worker about the queries, in order, with the names of the queries. */
function historyOf(worker: NodeProcess, names: ReadonlyMap<string, string>): string[] {
  return worker
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { queryId?: string; msg: string })
    .flatMap(({ queryId, msg }) => {
      const name = queryId === undefined ? undefined : names.get(queryId);
      return name === undefined ? [] : [`${name} ${msg.split(':')[0] ?? ''}`];
    });
}

const said = (worker: NodeProcess, id: string, message: string) =>
  worker.lineWith((line) => (line.includes(id) && line.includes(`"${message}`) ? true : null));

/** The rows of an archive, without its manifest. */
async function rowsOf(client: ContractClient, id: string): Promise<string> {
  const parts = await readArchive(await client.archive(id));
  return parts.map(({ text }) => text).join('');
}

describe('with one tenant at full load', () => {
  test('a long query pauses after a slice for another tenant, and its rows are the same as without a pause', async () => {
    // Without a slot for small queries.
    const settings = { HOURGLASS_WORKER_CONCURRENCY: '1', HOURGLASS_SMALL_QUERY_FACTS: '1' };
    const worker = startWorker(settings);
    const undisturbed = await attacker.submit(slow);
    await attacker.ended(undisturbed);
    const long = await attacker.submit(slow);
    await said(worker, long, 'attempt started');
    const waits = await other.submit(small);
    await Promise.all([attacker.ended(long), other.ended(waits)]);
    const history = historyOf(
      worker,
      new Map([
        [long, 'long'],
        [waits, 'other'],
      ]),
    );
    expect(history).toEqual([
      'long attempt started',
      'long paused',
      'other attempt started',
      'other completed',
      'long continued',
      'long completed',
    ]);
    const rows = await rowsOf(attacker, long);
    expect(rows.split('\n').length - 1).toBe(facts);
    expect(rows).toBe(await rowsOf(attacker, undisturbed));
  });

  test('a query whose worker is killed while it is paused is completed by another one, once', async () => {
    const settings = { HOURGLASS_WORKER_CONCURRENCY: '1', HOURGLASS_SMALL_QUERY_FACTS: '1' };
    const first = startWorker(settings);
    const long = await attacker.submit(slow);
    await said(first, long, 'attempt started');
    const waits = await other.submit(small);
    await said(first, long, 'paused');
    first.kill('SIGKILL');
    await first.exited;
    startWorker(settings);
    await Promise.all([attacker.ended(long), other.ended(waits)]);
    expect((await rowsOf(attacker, long)).split('\n').length - 1).toBe(facts);
  });

  test('the statistics of another tenant do not wait for the queue of statistics of the first', async () => {
    let finished = 0;
    const statuses = Promise.all(
      Array.from({ length: 60 }, async () => {
        const { status, headers } = await attacker.request(statistics);
        finished += status === 200 ? 1 : 0;
        if (status === 429) expect(headers.get('Retry-After')).toBe('2');
        return status;
      }),
    );
    await eventually('the first have finished', () => finished > 0 || null, { steady: true });
    const before = finished;
    expect((await other.request(statistics)).status).toBe(200);
    const during = finished - before;
    const refused = (await statuses).filter((status) => status === 429).length;
    printFigure("60 parallel statistics of a tenant before another's", {
      found: `${during} finished before it, ${refused} refused`,
      bound: '8 finished, at least 1 refused',
    });
    expect(during).toBeLessThanOrEqual(8);
    expect(refused).toBeGreaterThan(0);
  });

  test('small queries of another tenant start, and its statistics are answered, while the first keeps both busy', async () => {
    const rounds = 20;
    // The median of few scatters between 2 and 4 times.
    const statisticsRounds = 100;
    const aloneMs = await millisecondsOf(statisticsRounds);
    const worker = startWorker();
    const ids = await Promise.all(Array.from({ length: 10 }, () => attacker.submit(slow)));
    await Promise.all(ids.slice(0, 2).map((id) => said(worker, id, 'attempt started')));
    flood = startFlood({
      url: `${attacker.environmentUrl}${statistics}`,
      authorization: `Bearer ${system.token}`,
      parallel: 20,
    });
    const smallIds: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ids.push(...(await submitUpToLimit()));
      const id = await other.submit(small);
      smallIds.push(id);
      expect((await other.ended(id)).state).toBe('completed');
    }
    const loadedMs = await millisecondsOf(statisticsRounds);
    ids.push(...(await submitUpToLimit()));
    const unfinished = (await Promise.all(ids.map((id) => attacker.status(id)))).filter(
      ({ state }) => state === 'running' || state === 'enqueued',
    );
    const answered = await flood.stop();
    flood = null;
    await Promise.all(
      unfinished.map(({ self }) =>
        attacker.request(`${self.slice(self.indexOf('/queries/'))}:cancel`, { method: 'POST' }),
      ),
    );
    const startedMs = await startLatencies(smallIds);
    const [alone, loaded] = [quantile(aloneMs, 0.5), quantile(loadedMs, 0.5)];
    printFigure('start of a small query, and statistics, beside a tenant at full load', {
      found: `start p99 ${quantile(startedMs, 0.99)} ms, statistics median ${loaded.toFixed(0)} ms, ${(loaded / alone).toFixed(1)} x of alone`,
      bound: '2000 ms, 3 x, on a machine with nothing else to do',
    });
    // The first tenant was at full load all the time.
    expect(unfinished.length).toBeGreaterThan(0);
    expect(answered).toEqual({ 200: expect.any(Number) });
  }, 600_000);
});

/** Submits slow queries until the attacker has as many as it may. Returns their ids. */
async function submitUpToLimit(): Promise<readonly string[]> {
  const ids: string[] = [];
  for (;;) {
    const response = await attacker.request('/queries', { method: 'POST', body: JSON.stringify(slow) });
    const { self } = (await response.json()) as { self?: string };
    if (self === undefined) return ids;
    ids.push(self.slice(self.lastIndexOf('/') + 1));
  }
}

/** The times of the other tenant's statistics, one after another. */
async function millisecondsOf(rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAtMs = performance.now();
    expect((await other.request(statistics)).status).toBe(200);
    times.push(performance.now() - startedAtMs);
  }
  return times;
}

/** Times from submission to the first attempt, by the database's clock. */
async function startLatencies(ids: readonly string[]): Promise<number[]> {
  const database = await connectDatabase(system.databaseUrl);
  try {
    const rows = await database.sql<{ ms: number }>(
      `select (extract(epoch from first_started_at - created_at) * 1000)::float8 as ms from queries where id = any($1)`,
      [ids],
    );
    return rows.map(({ ms }) => ms);
  } finally {
    await database.end();
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
