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
const factsEach = 500;
const startMs = Date.parse('2026-03-01T00:00:00Z');

/** A row for each proxy. */
export const faultQuery = {
  metrics: [{ name: 'message_count', function: 'sum', alias: 'calls' }],
  dimensions: ['apiproxy'],
  timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
};

export interface FaultSystem extends RunningSystem {
  sql: Awaited<ReturnType<typeof connectDatabase>>['sql'];
}

/** With limits that no test meets, and the facts that `faultQuery` is about. */
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
      // A connection for each statement: some tests take the database away in between.
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

/** By the facts that were sent, in any order. */
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
  /** That run at a time. */
  readonly workers: number;
  /** After the last one nobody is killed any more. */
  readonly maxKills: number;
}

/**
 * Kills the oldest of some workers with `kill -9` and starts another, again and again, but never before the newest is
 * ready: where a start takes the processors for longer than `everyMs`, nobody would live to the end of a query. `stop`
 * resolves with how many were killed.
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

export async function untilNoneIsLeft(system: FaultSystem): Promise<void> {
  await eventually(
    'every query ends',
    async () => {
      const [row] = await system
        .sql<{ left: number }>(
          "select count(*)::int as left from queries where state in ('enqueued', 'running')",
        )
        .catch(() => []);
      return row?.left === 0 ? true : null;
    },
    patienceMs,
  );
}

export interface Results {
  readonly lost: number;
  readonly failed: number;
  /** Results with more than one archive in the store. */
  readonly doubled: number;
  readonly valid: number;
  /** The most attempts that one of them took. */
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

/** Keys of the archives, and names of those that are not complete. Segments, which the facts may become meanwhile, are not theirs. */
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

/** As it is done every ten minutes. Answers the archives that are nobody's afterwards. */
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
  await eventually('the sweep', async () => ((await orphans()).length === 0 ? true : null)).catch(() => null);
  await worker.stop();
  return orphans();
}
