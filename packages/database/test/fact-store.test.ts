import { randomUUID } from 'node:crypto';
import type { BatchIdentity, BatchWriter, EncodedRow } from '@hourglass/facts';
import { factsTarget, storedColumns } from '@hourglass/query';
import { ServiceUnavailable } from '@hourglass/reports';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testAudit as audit } from '@hourglass/testing';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';
import { api, encodedFact, encodedRows } from './encoded-facts.ts';

const bodySha256 = 'ab'.repeat(32);

let db: DatabaseWithTenant;
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());

function identity(id: string = randomUUID()): BatchIdentity {
  return { environmentId: db.tenant.environmentId, target: factsTarget(api), id };
}

async function openedWriter(batch: BatchIdentity, target = db): Promise<BatchWriter> {
  const opened = await target.database.facts(audit).openBatch(batch);
  if (!('writer' in opened)) throw new Error(`batch ${batch.id} was accepted before`);
  return opened.writer;
}

async function store(facts: readonly EncodedRow[], batch = identity(), target = db): Promise<void> {
  const writer = await openedWriter(batch, target);
  await writer.write(encodedRows(facts));
  await writer.commit({ accepted: facts.length, bodySha256 });
}

async function rowsOf(proxy: string): Promise<Record<string, unknown>[]> {
  return db.sql('select * from hot_api_facts where apiproxy = $1 order by timestamp', [proxy]);
}

/** Returns the server process that writes to the hot table in an open transaction. */
async function writingBackend(): Promise<number> {
  const rows = await db.sql<{ pid: number }>(
    // Copies of one template have the same numbers of relations, so the database counts too.
    `select distinct pid from pg_locks join pg_database on pg_database.oid = database
      where datname = current_database() and relation = 'hot_api_facts'::regclass
        and mode = 'RowExclusiveLock'`,
  );
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new Error(`${rows.length} backends write`);
  return row.pid;
}

describe('a batch', () => {
  test('is stored with its tenant, its number and every type of column as encoded', async () => {
    const batch = identity();
    await store(
      [
        encodedFact('2026-03-01T23:59:59.999Z', {
          apiproxy: 'kinds',
          request_uri: 'tab\\tnewline\\nbackslash\\\\ ünï 漢字',
          response_status_code: 404,
          fees: '-12345678.123456',
          created: '2026-03-01T00:00:00.001Z',
          request_size: '9223372036854775807',
        }),
      ],
      batch,
    );
    const [row] = await rowsOf('kinds');
    expect(row).toMatchObject({
      environment_id: db.tenant.environmentId,
      timestamp: new Date('2026-03-01T23:59:59.999Z'),
      request_uri: 'tab\tnewline\nbackslash\\ ünï 漢字',
      response_status_code: '404',
      fees: '-12345678.123456',
      created: new Date('2026-03-01T00:00:00.001Z'),
      request_size: '9223372036854775807',
      client_ip: null,
      message_count: null,
    });
    const stored = await db.sql('select seq, accepted, body_sha256, dataset from batches where id = $1', [
      batch.id,
    ]);
    expect(stored).toEqual([
      { seq: row?.['batch_seq'], accepted: '1', body_sha256: bodySha256, dataset: 'api' },
    ]);
  });

  test('is stored whole if its groups of rows have different cells', async () => {
    const writer = await openedWriter(identity());
    const apiproxy = 1 + storedColumns(api).findIndex(({ name }) => name === 'apiproxy');
    const group = (time: string, cells: readonly number[], values: readonly string[]) => ({
      ...{ count: 1, cells, least: time, greatest: time },
      lines: Buffer.from(`${[time, ...values].join('\t')}\n`),
    });
    await writer.write(group('2026-03-01T00:00:00.000Z', [0, apiproxy], ['varied']));
    await writer.write(group('2026-03-02T00:00:00.000Z', [0], []));
    await writer.write(group('2026-02-28T00:00:00.000Z', [0, apiproxy], ['varied']));
    await writer.commit({ accepted: 3, bodySha256 });
    expect(await rowsOf('varied')).toHaveLength(2);
    const stored = await db.sql(
      `select count(*)::integer as facts, b.first_at, b.last_at
         from batches b join hot_api_facts f on f.batch_seq = b.seq
        where b.seq = $1 group by b.seq`,
      [writer.batchSeq],
    );
    const [firstAt, lastAt] = ['2026-02-28', '2026-03-02'].map((day) => new Date(day));
    expect(stored).toEqual([{ facts: 3, first_at: firstAt, last_at: lastAt }]);
  });

  test('is invisible before its commit and leaves nothing after a rollback', async () => {
    const batch = identity();
    const writer = await openedWriter(batch);
    // More than a chunk, so that the database has rows at the rollback.
    const long = 'x'.repeat(10_000);
    for (let i = 0; i < 600; i += 1) {
      await writer.write(
        encodedRows([encodedFact('2026-03-02T00:00:00Z', { apiproxy: 'rolled-back', request_uri: long })]),
      );
    }
    await expect(writingBackend()).resolves.toBeGreaterThan(0);
    expect(await rowsOf('rolled-back')).toEqual([]);
    await writer.rollback();
    await expect(writer.write(encodedRows([]))).rejects.toThrow('the batch has ended');
    await store([encodedFact('2026-03-02T00:00:00Z', { apiproxy: 'rolled-back' })], batch);
    expect(await rowsOf('rolled-back')).toHaveLength(1);
  });

  test('with a refused row stores nothing and releases its connection', async () => {
    const batch = identity();
    const writer = await openedWriter(batch);
    const bad = encodedFact('2026-03-02T00:00:00Z', { apiproxy: 'bad', response_status_code: 'no number' });
    await writer.write(encodedRows([encodedFact('2026-03-02T00:00:00Z', { apiproxy: 'bad' }), bad]));
    await expect(writer.commit({ accepted: 2, bodySha256 })).rejects.toThrow(
      'invalid input syntax for type bigint',
    );
    await writer.rollback();
    expect(await rowsOf('bad')).toEqual([]);
    expect(await db.sql('select id from batches where id = $1', [batch.id])).toEqual([]);
  });

  test('without facts is accepted', async () => {
    const batch = identity();
    await store([], batch);
    expect(await db.database.facts(audit).openBatch(batch)).toEqual({
      accepted: { id: batch.id, accepted: 0, bodySha256 },
    });
  });
});

describe('a reserved number', () => {
  test('is that of the batch which is opened with it, and of no other', async () => {
    const { facts } = db.database;
    const [first, second] = [await facts(audit).reserveBatch(), await facts(audit).reserveBatch()];
    const batch = identity();
    const opened = await facts(audit).openBatch(batch, second);
    if (!('writer' in opened)) throw new Error('accepted before');
    expect(opened.writer.batchSeq).toBe(second);
    await opened.writer.commit({ accepted: 0, bodySha256 });
    const later = await openedWriter(identity());
    expect([first, second]).not.toContain(later.batchSeq);
    await later.rollback();
    expect(await db.sql('select seq from batches where id = $1', [batch.id])).toEqual([{ seq: second }]);
  });

  test('is not used for an id that was accepted before', async () => {
    const { facts } = db.database;
    const batch = identity();
    expect(await facts(audit).findBatch(batch)).toBeNull();
    await store([], batch);
    const accepted = { id: batch.id, accepted: 0, bodySha256 };
    expect(await facts(audit).findBatch(batch)).toEqual(accepted);
    expect(await facts(audit).openBatch(batch, await facts(audit).reserveBatch())).toEqual({ accepted });
  });
});

describe('the same batch id', () => {
  test('is accepted once: a repeat returns the first batch', async () => {
    const batch = identity();
    await store([encodedFact('2026-03-03T00:00:00Z', { apiproxy: 'repeat' })], batch);
    expect(await db.database.facts(audit).openBatch(batch)).toEqual({
      accepted: { id: batch.id, accepted: 1, bodySha256 },
    });
    expect(await rowsOf('repeat')).toHaveLength(1);
  });

  test('in another environment is another batch', async () => {
    const other = await db.admin.createEnvironment({ organization: 'acme', name: 'stage' });
    const batch = identity();
    await store([], batch);
    const writer = await openedWriter({ ...batch, environmentId: other.environmentId });
    await writer.rollback();
  });

  test('in two concurrent requests is accepted once; the second waits for the first to end', async () => {
    const batch = identity();
    const writer = await openedWriter(batch);
    const ends: string[] = [];
    const second = db.database
      .facts(audit)
      .openBatch(batch)
      .finally(() => ends.push('second'));
    await expect
      .poll(() =>
        db.sql(
          "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
        ),
      )
      .toHaveLength(1);
    await writer.write(encodedRows([encodedFact('2026-03-03T00:00:00Z', { apiproxy: 'concurrent' })]));
    ends.push('first');
    await writer.commit({ accepted: 1, bodySha256 });
    expect(await second).toEqual({ accepted: { id: batch.id, accepted: 1, bodySha256 } });
    expect(ends).toEqual(['first', 'second']);
    expect(await rowsOf('concurrent')).toHaveLength(1);
  });

  test('goes to the waiting request when the first one rolls back', async () => {
    const batch = identity();
    const first = await openedWriter(batch);
    const second = openedWriter(batch);
    await first.rollback();
    await (await second).commit({ accepted: 0, bodySha256 });
    expect(await db.sql('select accepted from batches where id = $1', [batch.id])).toEqual([
      { accepted: '0' },
    ]);
  });
});

describe('the days of facts', () => {
  const days = (count: number) =>
    Array.from({ length: count }, (_, day) => new Date(Date.UTC(2024, 1, 1 + day)).toISOString());
  const relations = async () =>
    db.sql('select relname from pg_class where relkind <> $1 order by relname', ['t']);

  test('create no table: a batch over 400 days is stored whole, and the database has the same relations', async () => {
    const before = await relations();
    await store(days(400).map((time) => encodedFact(time, { apiproxy: 'days' })));
    expect(await relations()).toEqual(before);
    const stored = (await rowsOf('days')).map(({ timestamp }) => (timestamp as Date).toISOString());
    expect(stored).toEqual(days(400));
  });

  test('are no reason to wait: four concurrent batches write the same days in different orders', async () => {
    const writers = await Promise.all(Array.from({ length: 4 }, () => openedWriter(identity())));
    await Promise.all(
      writers.map(async (writer, index) => {
        for (const time of index % 2 === 0 ? days(10) : days(10).toReversed()) {
          await writer.write(
            encodedRows([encodedFact(time, { apiproxy: 'meet', request_uri: 'x'.repeat(4_200_000) })]),
          );
        }
      }),
    );
    await Promise.all(writers.map((writer) => writer.commit({ accepted: 10, bodySha256 })));
    expect(await rowsOf('meet')).toHaveLength(40);
  });

  test('need no second connection: batches that hold every connection of their pool write new days', async () => {
    const small = await databaseWithTenant({ poolSize: 3, copyPoolSize: 2 });
    const batch = () => ({
      environmentId: small.tenant.environmentId,
      target: factsTarget(api),
      id: randomUUID(),
    });
    const writers = [await openedWriter(batch(), small), await openedWriter(batch(), small)];
    await Promise.all(
      writers.map(async (writer, index) => {
        await writer.write(encodedRows([encodedFact(`2022-01-0${index + 1}T00:00:00Z`)]));
        await writer.commit({ accepted: 1, bodySha256 });
      }),
    );
    expect(await small.sql('select timestamp from hot_api_facts')).toHaveLength(2);
    await small.close();
  });
});

test('one batch stores 100,000 facts', async () => {
  const writer = await openedWriter(identity());
  for (let page = 0; page < 100; page += 1) {
    const facts = Array.from({ length: 1000 }, (_, i) =>
      encodedFact(new Date(Date.UTC(2026, 5, 1) + (page * 1000 + i) * 1000).toISOString(), {
        apiproxy: 'many',
        request_uri: `/v1/items/${i}`,
        message_count: 1,
        total_response_time: i,
      }),
    );
    await writer.write(encodedRows(facts));
  }
  await writer.commit({ accepted: 100_000, bodySha256 });
  const rows = await db.sql("select count(*)::integer as n from hot_api_facts where apiproxy = 'many'");
  expect(rows).toEqual([{ n: 100_000 }]);
});

describe('a connection that is lost', () => {
  test('while a batch writes ends it with ServiceUnavailable; nothing is stored, and the next batch succeeds', async () => {
    const batch = identity();
    const writer = await openedWriter(batch);
    const fact = encodedFact('2026-03-04T00:00:00Z', {
      apiproxy: 'lost',
      request_uri: 'x'.repeat(1_000_000),
    });
    const written = (async () => {
      for (;;) await writer.write(encodedRows([fact, fact, fact, fact, fact]));
    })();
    const terminated = (async () => {
      await expect.poll(writingBackend, { timeout: 20_000 }).toBeGreaterThan(0);
      await db.sql('select pg_terminate_backend($1)', [await writingBackend()]);
    })();
    await expect(written).rejects.toThrow(ServiceUnavailable);
    await terminated;
    await writer.rollback();
    await expect.poll(() => rowsOf('lost')).toEqual([]);
    await store([fact], batch);
    expect(await rowsOf('lost')).toHaveLength(1);
  });

  test('between two writes is thrown by the next call, not as an uncaught error', async () => {
    const writer = await openedWriter(identity());
    const idle = "pg_stat_activity where datname = current_database() and state = 'idle in transaction'";
    await db.sql(`select pg_terminate_backend(pid) from ${idle}`);
    await expect.poll(() => db.sql(`select pid from ${idle}`)).toEqual([]);
    await expect(writer.commit({ accepted: 0, bodySha256 })).rejects.toThrow(ServiceUnavailable);
  });
});
