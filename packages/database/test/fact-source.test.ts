import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { BatchWriter, EncodedRow } from '@hourglass/facts';
import { bindPlan, catalogue, factsTarget, type Plan, type Tenant } from '@hourglass/query';
import { ServiceUnavailable } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder, testAudit as audit } from '@hourglass/testing';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseWithTenant, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';
import { api, encodedFact, encodedRows } from './encoded-facts.ts';

const never = new AbortController().signal;
const timeoutMs = 60_000;

let db: DatabaseWithTenant;
let folder: TemporaryFolder;
beforeEach(async () => {
  // One connection for copies, so that a leaked connection blocks the next snapshot.
  [db, folder] = await Promise.all([databaseWithTenant({ poolSize: 4, copyPoolSize: 1 }), temporaryFolder()]);
});
afterEach(async () => {
  await Promise.all([db.close(), folder.remove()]);
});

async function openedWriter(tenant: Tenant): Promise<BatchWriter> {
  const opened = await db.database.facts(audit).openBatch({
    environmentId: tenant.environmentId,
    target: factsTarget(api),
    id: randomUUID(),
  });
  if (!('writer' in opened)) throw new Error('the batch was accepted before');
  return opened.writer;
}

async function store(facts: readonly EncodedRow[], tenant = db.tenant): Promise<bigint> {
  const writer = await openedWriter(tenant);
  await writer.write(encodedRows(facts));
  await writer.commit({ accepted: facts.length, bodySha256: '' });
  const [row] = await db.sql<{ seq: string }>('select max(seq) as seq from batches');
  return BigInt(row?.seq ?? 0);
}

async function snapshotLines(plan: Plan = planOf(db.tenant)) {
  const files = await db.database.factSource.snapshot(bindPlan(plan, catalogue), {
    directory: folder.path,
    signal: never,
    timeoutMs,
  });
  // An earlier snapshot may have left a file.
  const file = files.hotRows === 0 ? '' : await readFile(files.hotFactsPath, 'utf8');
  const [header, ...lines] = file.trimEnd().split('\n');
  return { header, lines: lines.sort(), hotRows: files.hotRows, watermark: files.watermark };
}

describe('a snapshot', () => {
  test('of an empty environment has no facts and no watermark', async () => {
    expect(await snapshotLines()).toEqual({ header: '', lines: [], hotRows: 0, watermark: null });
  });

  test('of an environment without hot facts does not wait for the table of hot facts', async () => {
    const other = await db.admin.createEnvironment({ organization: 'acme', name: 'test' });
    await store([encodedFact('2026-06-01T00:00:00Z')], other);
    const lock = await openTransaction(db.url);
    await lock.query('lock table hot_api_facts in access exclusive mode');
    const target = { directory: folder.path, signal: never, timeoutMs: 200 };
    const snapshot = db.database.factSource.snapshot(bindPlan(planOf(db.tenant), catalogue), target);
    expect(await snapshot).toMatchObject({ hotRows: 0 });
    await lock.end();
  });

  test("has the facts of the plan's environment, half-open range and columns, and the newest batch", async () => {
    const other = await db.admin.createEnvironment({ organization: 'acme', name: 'test' });
    await store([encodedFact('2026-06-01T00:00:00Z', { apiproxy: 'foreign' })], other);
    const watermark = await store([
      encodedFact('2025-12-31T23:59:59.999Z', { apiproxy: 'before' }),
      encodedFact('2026-01-01T00:00:00Z', { apiproxy: 'first', message_count: 1, client_ip: '10.0.0.1' }),
      encodedFact('2026-12-31T23:59:59.999Z', { apiproxy: 'say "hi", all' }),
      encodedFact('2027-01-01T00:00:00Z', { apiproxy: 'after' }),
    ]);
    await store([], other);
    const { environmentId } = db.tenant;
    expect(await snapshotLines()).toEqual({
      header: 'environment_id,timestamp,apiproxy,message_count',
      lines: [
        `${environmentId},2026-01-01 00:00:00,first,1`,
        `${environmentId},2026-12-31 23:59:59.999,"say ""hi"", all",`,
      ],
      hotRows: 2,
      watermark,
    });
  });

  test('has the facts of the compared range as well, and none between the two', async () => {
    await store([
      encodedFact('2025-01-01T00:00:00Z', { apiproxy: 'compared' }),
      encodedFact('2025-02-01T00:00:00Z', { apiproxy: 'between' }),
      encodedFact('2026-01-01T00:00:00Z', { apiproxy: 'own' }),
    ]);
    const comparedRange = { startMs: Date.UTC(2025, 0, 1), endExclusiveMs: Date.UTC(2025, 1, 1) };
    const { lines } = await snapshotLines({ ...planOf(db.tenant), comparedRange });
    expect(lines.map((line) => line.split(',')[2])).toEqual(['compared', 'own']);
  });

  test('excludes uncommitted batches', async () => {
    const committed = await store([encodedFact('2026-01-01T00:00:00Z', { apiproxy: 'in' })]);
    const open = await openTransaction(db.url);
    await open.query(
      `insert into batches (environment_id, dataset, id, accepted, body_sha256) values ($1, 'api', 'open', 1, '')`,
      [db.tenant.environmentId],
    );
    await open.query(
      `insert into hot_api_facts (environment_id, batch_seq, timestamp, apiproxy)
       values ($1, 0, '2026-01-01 00:00:00Z', 'out')`,
      [db.tenant.environmentId],
    );
    expect(await snapshotLines()).toMatchObject({ hotRows: 1, watermark: committed });
    await open.end();
  });

  test('is consistent: watermark and facts agree while batches commit', async () => {
    const second = await databaseWriter(db);
    try {
      for (let round = 0; round < 15; round += 1) {
        const { hotRows, watermark } = await snapshotLines();
        const [row] = await db.sql<{ rows: number }>(
          'select count(*)::integer as rows from hot_api_facts where batch_seq <= $1',
          [String(watermark ?? 0)],
        );
        expect(hotRows).toBe(row?.rows);
      }
    } finally {
      await second.stop();
    }
  });

  test('counts every row of a large file', async () => {
    const facts = Array.from({ length: 50_000 }, (_, i) =>
      encodedFact('2026-02-01T00:00:00Z', { apiproxy: `proxy-${i}-${'x'.repeat(200)}` }),
    );
    await store(facts);
    const { lines, hotRows } = await snapshotLines();
    expect([lines.length, hotRows]).toEqual([50_000, 50_000]);
  });
});

describe('an aborted snapshot', () => {
  /** Without a hot fact nothing is copied. This one is before the range of the plan. */
  beforeEach(() => store([encodedFact('2025-01-01T00:00:00Z')]));

  async function lockHotFacts() {
    const lock = await openTransaction(db.url);
    await lock.query('lock table hot_api_facts in access exclusive mode');
    return lock;
  }

  /** A COPY that waits for a lock has sent nothing, which makes it hardest to stop. */
  async function blockedSnapshot(signal: AbortSignal) {
    const lock = await lockHotFacts();
    const snapshot = db.database.factSource.snapshot(bindPlan(planOf(db.tenant), catalogue), {
      directory: folder.path,
      signal,
      timeoutMs,
    });
    const outcome = snapshot.then(
      () => null,
      (error: unknown) => error,
    );
    await expect.poll(waitingForLock).toHaveLength(1);
    return { lock, outcome };
  }

  const waitingForLock = () =>
    db.sql<{ pid: number }>(
      "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );

  test("ends immediately with the signal's reason and frees its connection", async () => {
    const controller = new AbortController();
    const { lock, outcome } = await blockedSnapshot(controller.signal);
    const reason = new Error('the lease was lost');
    const abortedMs = performance.now();
    controller.abort(reason);
    expect(await outcome).toBe(reason);
    expect(performance.now() - abortedMs).toBeLessThan(1_000);
    // The lock is still held, so a batch can only succeed on a connection that is not waiting for
    // it.
    const writer = await openedWriter(db.tenant);
    await writer.rollback();
    await lock.end();
  });

  test('also ends in the server while the server has nothing to send', async () => {
    const controller = new AbortController();
    const { lock, outcome } = await blockedSnapshot(controller.signal);
    controller.abort(new Error('stop'));
    await outcome;
    await expect.poll(waitingForLock, { timeout: 15_000 }).toEqual([]);
    await lock.end();
  });

  test('that was aborted before its start runs no statement', async () => {
    const reason = new Error('never mind');
    const aborted = db.database.factSource.snapshot(bindPlan(planOf(db.tenant), catalogue), {
      directory: folder.path,
      signal: AbortSignal.abort(reason),
      timeoutMs,
    });
    await expect(aborted).rejects.toBe(reason);
  });

  test('differs from a lost connection, which is ServiceUnavailable', async () => {
    const { lock, outcome } = await blockedSnapshot(never);
    const [waiting] = await waitingForLock();
    await db.sql('select pg_terminate_backend($1)', [waiting?.pid]);
    expect(await outcome).toBeInstanceOf(ServiceUnavailable);
    await lock.end();
    expect(await snapshotLines()).toMatchObject({ hotRows: 0 });
  });

  test('is ended by the database at its time limit', async () => {
    const lock = await lockHotFacts();
    const target = { directory: folder.path, signal: never, timeoutMs: 200 };
    await expect(
      db.database.factSource.snapshot(bindPlan(planOf(db.tenant), catalogue), target),
    ).rejects.toMatchObject({
      cause: { message: 'canceling statement due to statement timeout' },
    });
    await lock.end();
  });

  test('fails with the reason when it cannot write its file, and releases its connection', async () => {
    const plan = planOf(db.tenant);
    const target = { directory: `${folder.path}/missing`, signal: never, timeoutMs };
    await expect(db.database.factSource.snapshot(bindPlan(plan, catalogue), target)).rejects.toThrow(
      'ENOENT',
    );
    expect(await snapshotLines()).toMatchObject({ hotRows: 0 });
  });
});

async function openTransaction(url: string): Promise<Client> {
  const client = new Client(url);
  await client.connect();
  await client.query('begin');
  return client;
}

/** Commits small batches, each on a separate connection, until it is stopped. */
async function databaseWriter({ url, tenant }: DatabaseWithTenant) {
  const client = new Client(url);
  await client.connect();
  await store([encodedFact('2026-02-01T00:00:00Z')]);
  const stop = new AbortController();
  const written = (async () => {
    while (!stop.signal.aborted) {
      await client.query(
        `with batch as (
           insert into batches (environment_id, dataset, id, accepted, body_sha256)
           values ($1, 'api', gen_random_uuid()::text, 1, '') returning seq
         )
         insert into hot_api_facts (environment_id, batch_seq, timestamp)
         select $1, seq, '2026-02-01 12:00:00Z' from batch`,
        [tenant.environmentId],
      );
    }
    await client.end();
  })();
  return {
    stop() {
      stop.abort();
      return written;
    },
  };
}
