import { randomUUID } from 'node:crypto';
import type { ArrivedBatch, BatchIdentity, BatchWriter } from '@hourglass/facts';
import { factsTarget } from '@hourglass/query';
import { ServiceUnavailable } from '@hourglass/reports';
import { testEvent } from '@hourglass/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';
import { api, encodedFact, encodedRows } from './encoded-facts.ts';

const bodySha256 = 'cd'.repeat(32);

let db: DatabaseWithTenant;
const held: BatchWriter[] = [];
beforeAll(async () => {
  db = await databaseWithTenant();
});
afterAll(() => db.close());
/** Also when a test has failed. */
afterEach(async () => {
  for (const writer of held.splice(0)) await writer.rollback();
});

const facts = () => db.database.facts(({ id }) => ({ ...testEvent, object: id }));

function identity(id: string = randomUUID(), environmentId = db.tenant.environmentId): BatchIdentity {
  return { environmentId, target: factsTarget(api), id, createdBy: `maker of ${id}` };
}

/** One fact for each value; its column is a number, so that PostgreSQL refuses other texts. */
function arrived(values: readonly string[], signal = new AbortController().signal): ArrivedBatch {
  const rows = values.map((value, at) =>
    encodedFact(`2026-03-0${at + 1}T00:00:00.000Z`, { response_status_code: value }),
  );
  return { rows: [encodedRows(rows)], accepted: values.length, bodySha256, signal };
}

const store = (batch: BatchIdentity, values = ['200']) => facts().storeTogether(batch, arrived(values));

interface StoredBatch {
  readonly id: string;
  readonly transaction: string;
  readonly values: readonly string[];
  readonly events: number;
}

/** The batches in the database, with the transaction that inserted each and the values of its facts. */
async function stored(batches: readonly BatchIdentity[]): Promise<readonly StoredBatch[]> {
  return db.sql<StoredBatch>(
    `select b.id, b.changed_in::text as transaction,
            array(select response_status_code::text from hot_api_facts f
                   where f.batch_seq = b.seq and f.environment_id = b.environment_id order by timestamp) as values,
            (select count(*)::integer from audit_events where object = b.id) as events
       from batches b where b.id = any($1) order by array_position($1, b.id)`,
    [batches.map(({ id }) => id)],
  );
}

/** An open batch, whose id other transactions wait for. */
async function openBatch(batch: BatchIdentity): Promise<BatchWriter> {
  const opened = await facts().openBatch(batch);
  if (!('writer' in opened)) throw new Error('accepted before');
  held.push(opened.writer);
  return opened.writer;
}

/** Waits until a transaction waits for an id, and returns its server process. */
async function waitingBackend(): Promise<number> {
  const waiting = () =>
    db.sql<{ pid: number }>(
      "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
  await expect.poll(waiting, { interval: 5 }).toHaveLength(1);
  const [found] = await waiting();
  return found?.pid ?? 0;
}

/** An open batch with the id of a first one, whose transaction therefore waits: later ones queue. */
async function openGate(): Promise<{ gate: BatchWriter; first: Promise<'stored' | 'apart'>; pid: number }> {
  const batch = identity();
  const gate = await openBatch(batch);
  const first = store(batch);
  // The test awaits it later.
  first.catch(() => {});
  return { gate, first, pid: await waitingBackend() };
}

test('batches that arrive during a transaction share the next one; each keeps its facts, times and event', async () => {
  const { gate, first } = await openGate();
  const batches = [identity(), identity(), identity()];
  const values = [['200', '201'], ['404'], ['500', '501', '502']];
  const outcomes = batches.map((batch, at) => store(batch, values[at]));
  await gate.rollback();
  expect([await first, ...(await Promise.all(outcomes))]).toEqual(Array(4).fill('stored'));
  const found = await stored(batches);
  expect(found.map((one) => one.values)).toEqual(values);
  expect(found.map(({ events }) => events)).toEqual([1, 1, 1]);
  expect(new Set(found.map(({ transaction }) => transaction)).size).toBe(1);
  const columns = await db.sql(
    `select accepted, body_sha256, created_by, hot, first_at, last_at from batches where id = $1`,
    [batches[2]?.id],
  );
  expect(columns).toEqual([
    {
      ...{ accepted: '3', body_sha256: bodySha256, created_by: `maker of ${batches[2]?.id}`, hot: true },
      ...{ first_at: new Date('2026-03-01'), last_at: new Date('2026-03-03') },
    },
  ]);
});

test('groups of rows with different cells share a transaction', async () => {
  const { gate, first } = await openGate();
  const narrow = (batch: BatchIdentity) =>
    facts().storeTogether(batch, {
      ...{ accepted: 1, bodySha256, signal: new AbortController().signal },
      rows: [
        {
          ...{
            count: 1,
            cells: [0],
            least: '2026-03-01T00:00:00.000Z',
            greatest: '2026-03-01T00:00:00.000Z',
          },
          lines: Buffer.from('2026-03-01T00:00:00.000Z\n'),
        },
      ],
    });
  const batches = [identity(), identity(), identity()] as const;
  const outcomes = [narrow(batches[0]), store(batches[1], ['200']), narrow(batches[2])];
  await gate.rollback();
  expect(await Promise.all([first, ...outcomes])).toEqual(Array(4).fill('stored'));
  expect((await stored(batches)).map(({ values }) => values)).toEqual([[null], ['200'], [null]]);
});

test('a client that leaves while its batch waits stores nothing, and the others are stored', async () => {
  const { gate, first } = await openGate();
  const controller = new AbortController();
  const [left, other] = [identity(), identity()];
  const leaving = facts().storeTogether(left, arrived(['200'], controller.signal));
  const staying = store(other);
  controller.abort(new Error('the client has left'));
  await gate.rollback();
  await expect(leaving).rejects.toThrow('the client has left');
  expect(await Promise.all([first, staying])).toEqual(['stored', 'stored']);
  expect((await stored([left, other])).map(({ id }) => id)).toEqual([other.id]);
});

test('a batch whose id was accepted before stays apart, and the others are stored', async () => {
  const [repeated, other] = [identity(), identity()];
  expect(await store(repeated, ['200'])).toBe('stored');
  const { gate, first } = await openGate();
  const outcomes = [store(repeated, ['500']), store(other, ['201'])];
  await gate.rollback();
  expect(await Promise.all([first, ...outcomes])).toEqual(['stored', 'apart', 'stored']);
  const found = await stored([repeated, other]);
  expect(found.map(({ values, events }) => ({ values, events }))).toEqual([
    { values: ['200'], events: 1 },
    { values: ['201'], events: 1 },
  ]);
  expect(await facts().openBatch(repeated)).toEqual({
    accepted: { id: repeated.id, accepted: 1, bodySha256 },
  });
});

test('of equal ids that wait together the first is stored, once', async () => {
  const { gate, first } = await openGate();
  const batch = identity();
  const outcomes = [store(batch, ['200']), store(batch, ['500'])];
  await gate.rollback();
  expect(await Promise.all([first, ...outcomes])).toEqual(['stored', 'stored', 'apart']);
  expect(await stored([batch])).toMatchObject([{ values: ['200'], events: 1 }]);
});

test('a batch that PostgreSQL refuses leaves nothing of its transaction; all of its batches stay apart', async () => {
  const { gate, first } = await openGate();
  const [good, bad] = [identity(), identity()];
  const outcomes = [store(good), store(bad, ['no number'])];
  await gate.rollback();
  expect(await Promise.all([first, ...outcomes])).toEqual(['stored', 'apart', 'apart']);
  expect(await stored([good, bad])).toEqual([]);
  expect(await db.sql('select from audit_events where object = any($1)', [[good.id, bad.id]])).toEqual([]);
  expect(await store(good)).toBe('stored');
});

test('an open batch with the id of one holds the others for a bounded time only', async () => {
  const { gate, first } = await openGate();
  const other = identity();
  const outcome = store(other);
  expect([await first, await outcome]).toEqual(['apart', 'stored']);
  await gate.rollback();
  expect(await stored([other])).toHaveLength(1);
});

test('a connection that is lost fails the batches of its transaction, and those that wait are stored', async () => {
  const { gate, first, pid } = await openGate();
  const waiting = identity();
  const outcome = store(waiting);
  await db.sql('select pg_terminate_backend($1)', [pid]);
  await expect(first).rejects.toThrow(ServiceUnavailable);
  expect(await outcome).toBe('stored');
  await gate.rollback();
  expect(await stored([waiting])).toMatchObject([{ values: ['200'], events: 1 }]);
});

test('a shared transaction that is lost stores none of its batches, and each can be repeated', async () => {
  const { gate, first } = await openGate();
  const batches = [identity(), identity(), identity()] as const;
  const holder = await openBatch(batches[1]);
  const outcomes = batches.map((batch) => store(batch));
  const settled = Promise.allSettled(outcomes);
  await gate.rollback();
  expect(await first).toBe('stored');
  await db.sql('select pg_terminate_backend($1)', [await waitingBackend()]);
  for (const outcome of await settled) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(ServiceUnavailable) as unknown });
  }
  await holder.rollback();
  expect(await stored(batches)).toEqual([]);
  expect(await Promise.all(batches.map((batch) => store(batch)))).toEqual(Array(3).fill('stored'));
  expect((await stored(batches)).map(({ values, events }) => [values, events])).toEqual(
    batches.map(() => [['200'], 1]),
  );
});

test('batches of two environments never share a transaction', async () => {
  const { environmentId } = await db.admin.createEnvironment({ organization: 'acme', name: 'stage' });
  const batches = [
    identity(),
    identity('of stage', environmentId),
    identity(),
    identity('also', environmentId),
  ];
  expect(await Promise.all(batches.map((batch) => store(batch)))).toEqual(Array(4).fill('stored'));
  const found = await stored(batches);
  expect(found.map(({ values }) => values)).toEqual(batches.map(() => ['200']));
  const transactions = found.map(({ transaction }) => transaction);
  expect(new Set([transactions[0], transactions[2]])).not.toContain(transactions[1]);
  expect(new Set([transactions[0], transactions[2]])).not.toContain(transactions[3]);
});
