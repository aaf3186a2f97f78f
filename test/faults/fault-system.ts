import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  connectDatabase,
  eventually,
  readArchive,
  startSystem,
  type ContractClient,
  type NodeProcess,
  type RunningSystem,
  type SystemOptions,
} from '@hourglass/testing';
import { patienceMs } from './fault-run.ts';

const proxies = 20;
/** Enough facts for a segment with a partial, which every report but the first two reads. */
const factsEach = 2_600;
const startMs = Date.parse('2026-03-01T00:00:00Z');

/** One row for each proxy. */
export const faultQuery = {
  metrics: [{ name: 'message_count', function: 'sum', alias: 'calls' }],
  dimensions: ['apiproxy'],
  timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
  // Every query runs.
  reuse: false,
};

export interface FaultSystem extends RunningSystem {
  sql: Awaited<ReturnType<typeof connectDatabase>>['sql'];
}

/** Starts a system with practically unlimited submissions and with the facts of `faultQuery`. */
export async function startFaultSystem(options: SystemOptions = {}): Promise<FaultSystem> {
  const system = await startSystem({
    worker: false,
    ...options,
    env: {
      HOURGLASS_QUERIES_PER_HOUR: '1000000',
      HOURGLASS_ACTIVE_QUERIES: '100000',
      HOURGLASS_RETRY_DELAY_SECONDS: '0',
      ...options.env,
    },
  });
  try {
    const facts = Array.from({ length: proxies * factsEach }, (_, index) => ({
      timestamp: startMs + index * 1000,
      apiproxy: `proxy-${index % proxies}`,
      message_count: 1 + (index % 3),
    }));
    await system.client.sendFacts(facts);
    return {
      ...system,
      // One connection per statement, because some tests take the database down in between.
      async sql(statement, parameters) {
        const client = await connectDatabase(system.databaseUrl);
        try {
          return await client.sql(statement, parameters);
        } finally {
          await client.end();
        }
      },
    };
  } catch (error) {
    await system.stop();
    throw error;
  }
}

/** Returns the rows of the report, sorted as text. */
function expectedRows(): string[] {
  const calls = new Map<string, number>();
  for (let index = 0; index < proxies * factsEach; index += 1) {
    const proxy = `proxy-${index % proxies}`;
    calls.set(proxy, (calls.get(proxy) ?? 0) + 1 + (index % 3));
  }
  return [...calls].map(([proxy, sum]) => `${proxy} ${sum}`).toSorted();
}

export async function submitMany(client: ContractClient, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const some = Math.min(10, count - ids.length);
    ids.push(...(await Promise.all(Array.from({ length: some }, () => client.submit(faultQuery)))));
  }
  return ids;
}

export interface Killing {
  readonly everyMs: number;
  /** Number of workers that run at a time. */
  readonly workers: number;
  /** No worker is killed after this many kills. */
  readonly maxKills: number;
}

/**
 * Repeatedly kills the oldest worker with `kill -9` and starts another. It waits until the newest
 * worker is ready: where starting a worker takes longer than `everyMs`, no worker would live long
 * enough to complete a query. `stop` resolves with the number of killed workers.
 */
export function keepKillingWorkers(
  system: RunningSystem,
  { everyMs, workers, maxKills }: Killing,
): { stop(): Promise<number> } {
  const stopped = new AbortController();
  let killed = 0;
  const alive = Array.from({ length: workers }, () => system.startWorker());
  const killing = (async () => {
    while (killed < maxKills) {
      await delay(everyMs, null, { signal: stopped.signal }).catch(() => null);
      await alive.at(-1)?.lineWith((line) => (line.includes('"ready"') ? true : null));
      const oldest = alive.shift();
      if (stopped.signal.aborted || oldest === undefined) return;
      oldest.kill('SIGKILL');
      await oldest.exited;
      killed += 1;
      alive.push(system.startWorker());
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await killing;
      return killed;
    },
  };
}

export async function untilAllEnded(system: FaultSystem): Promise<void> {
  await eventually(
    'the end of every query',
    async () => {
      const [row] = await system
        .sql<{ left: number }>(
          "select count(*)::int as left from queries where state in ('enqueued', 'running')",
        )
        .catch(() => []);
      return row?.left === 0 ? true : null;
    },
    { timeoutMs: patienceMs },
  );
}

export interface Results {
  readonly lost: number;
  readonly failed: number;
  /** Results with more than one archive in the store. */
  readonly doubled: number;
  readonly valid: number;
  /** The maximum number of attempts of a query. */
  readonly attempts: number;
}

/** Downloads and reads every result. */
export async function resultsOf(system: FaultSystem, ids: readonly string[]): Promise<Results> {
  const rows = await system.sql<{ id: string; state: string; attempt: number }>(
    'select id, state::text, attempt from queries where id = any($1)',
    [ids],
  );
  const expected = expectedRows();
  let valid = 0;
  for (const { id, state } of rows) {
    if (state !== 'completed') continue;
    const parts = await readArchive(await system.client.archive(id));
    const lines = parts.flatMap(({ text }) => text.trimEnd().split('\n'));
    const found = lines.map((line) => {
      const { apiproxy, calls } = JSON.parse(line) as { apiproxy: string; calls: number };
      return `${apiproxy} ${calls}`;
    });
    if (found.toSorted().join() === expected.join()) valid += 1;
  }
  const archives = await archivesOf(system);
  return {
    lost: ids.length - rows.length,
    failed: rows.filter(({ state }) => state === 'failed').length,
    doubled: ids.filter((id) => archives.filter((key) => key.includes(id)).length > 1).length,
    valid,
    attempts: Math.max(0, ...rows.map(({ attempt }) => attempt)),
  };
}

/**
 * Returns the keys of archives and the names of incomplete ones. Excludes segments, which facts may
 * be sealed into meanwhile.
 */
export async function archivesOf(system: RunningSystem): Promise<string[]> {
  const store = path.join(system.dataDirectory, 'store');
  const files: string[] = [];
  for (const folder of ['objects/archives', 'incoming']) {
    const names = await readdir(path.join(store, folder), { recursive: true }).catch(() => []);
    for (const name of names) {
      if (name.startsWith('segments+')) continue;
      const found = await stat(path.join(store, folder, name)).catch(() => null);
      if (found?.isFile() === true) files.push(name);
    }
  }
  return files;
}

/**
 * Runs the sweep that a worker runs every ten minutes. Returns the archives that are still
 * orphaned.
 */
export async function sweep(system: FaultSystem): Promise<string[]> {
  await system.sql("delete from periodic_jobs where name = 'sweep-archives'");
  const worker: NodeProcess = system.startWorker();
  const owned = async () => {
    const rows = await system.sql<{ key: string }>(
      "select archive_key as key from queries where state = 'completed'",
    );
    return new Set(rows.map(({ key }) => key.replace(/^archives\//, '')));
  };
  const orphans = async () => {
    const keys = await owned();
    return (await archivesOf(system)).filter((key) => !keys.has(key));
  };
  await eventually('the end of the sweep', async () => ((await orphans()).length === 0 ? true : null)).catch(
    () => null,
  );
  await worker.stop();
  return orphans();
}
