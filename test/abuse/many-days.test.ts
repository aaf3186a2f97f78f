import { gzipSync } from 'node:zlib';
import { bindPlan, catalogue, compileHotFactsSelect } from '@hourglass/query';
import {
  connectDatabase,
  type DatabaseClient,
  eventually,
  sharedSystem,
  suiteSize,
  type TestSystem,
} from '@hourglass/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openUpload, receiving } from './open-upload.ts';
import { printFigure } from './print-figure.ts';

const days = suiteSize({ short: 300, full: 13_000 });
const dayMs = 86_400_000;
/** The attack's facts end a day ago. */
const lastMs = Date.now() - dayMs;

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem('api');
});
afterAll(() => system.stop());

const gzipped = { 'Content-Encoding': 'gzip' };
/** Far above the time for a batch, far below that for a table for each day. */
const maxIdleSeconds = 20;

/** Facts of as many days, in few bytes. */
const body = () =>
  gzipSync(Array.from({ length: days }, (_, day) => `{"timestamp":${lastMs - day * dayMs}}\n`).join(''));

const send = () => system.client.request('/facts/api', { method: 'POST', headers: gzipped, body: body() });

/** Runs `work` with a connection to the database of the system. */
async function inDatabase<Result>(work: (database: DatabaseClient) => Promise<Result>): Promise<Result> {
  const database = await connectDatabase(system.databaseUrl);
  try {
    return await work(database);
  } finally {
    await database.end();
  }
}

async function countTables(): Promise<number> {
  const [row] = await inDatabase((database) =>
    database.sql<{ tables: number }>(
      `select count(*)::int as tables from pg_class where relkind in ('r', 'p')`,
    ),
  );
  return row?.tables ?? -1;
}

/** Counts the tables and indexes that the planner opens for a year's report of another tenant. */
async function countPlannedRelations(environmentId: number): Promise<number> {
  const plan = {
    version: 1 as const,
    dataset: 'api',
    tenant: { organization: 'other', environment: 'prod', environmentId },
    range: { startMs: lastMs - 365 * dayMs, endExclusiveMs: lastMs },
    timeUnit: 'day' as const,
    metrics: [],
    dimensions: ['apiproxy'],
    filter: null,
    limitRows: null,
    output: { format: 'json' as const },
  };
  const { sql: select, settings } = compileHotFactsSelect(bindPlan(plan, catalogue));
  return inDatabase(async (database) => {
    await database.sql('begin');
    for (const [name, value] of Object.entries(settings))
      await database.sql('select set_config($1, $2, true)', [name, value]);
    await database.sql(`explain ${select}`);
    const [row] = await database.sql<{ relations: number }>(
      `select count(*)::int as relations from pg_locks join pg_class on pg_class.oid = relation
        where pid = pg_backend_pid() and relnamespace = 'public'::regnamespace`,
    );
    return row?.relations ?? -1;
  });
}

test(`facts of ${days} days create no table, and others' statistics plan as before`, async () => {
  const other = await system.createTenant();
  const [environment] = await inDatabase((database) =>
    database.sql<{ id: number }>(
      'select e.id from environments e join organizations o on o.id = e.organization_id where o.name = $1',
      [other.organization],
    ),
  );
  const environmentId = environment?.id ?? -1;
  const [tables, planned] = [await countTables(), await countPlannedRelations(environmentId)];
  const sinceMs = performance.now();
  const response = await send();
  const seconds = (performance.now() - sinceMs) / 1000;
  expect([response.status, await response.json()]).toEqual([
    201,
    expect.objectContaining({ accepted: days }),
  ]);
  const created = (await countTables()) - tables;
  const plannedLater = await countPlannedRelations(environmentId);
  printFigure(`facts of ${days} days (${body().length} bytes, ${seconds.toFixed(1)} s)`, {
    found: `${created} new tables, others' plans open ${plannedLater} relations`,
    bound: `0, ${planned}`,
  });
  expect([created, plannedLater]).toEqual([0, planned]);
  const stats = await system
    .clientOf(other.organization, 'prod', `Bearer ${other.token}`)
    .request('/stats/apiproxy?select=sum(message_count)&timeRange=01/05/2026%2000:00~01/06/2026%2000:00');
  expect(stats.status).toBe(200);
});

test(`a client that leaves after facts of ${days} days leaves no work behind`, async () => {
  const tables = await countTables();
  const upload = openUpload(system, gzipped);
  await new Promise<void>((sent) => upload.request.end(body(), sent));
  upload.leave();
  await receiving(system, 0);
  const sinceMs = performance.now();
  await eventually(
    'no connection works for the batch',
    async () => {
      const busy = await inDatabase((database) =>
        database.sql(
          `select from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'
              and backend_type = 'client backend'`,
        ),
      );
      return busy.length === 0 ? true : null;
    },
    { timeoutMs: maxIdleSeconds * 1000 },
  );
  const seconds = (performance.now() - sinceMs) / 1000;
  printFigure(`a client that leaves after ${days} days`, {
    found: `the database is idle after ${seconds.toFixed(1)} s`,
    bound: `${maxIdleSeconds} s`,
  });
  expect((await countTables()) - tables).toBe(0);
});
