import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, eventually, type TestDatabase } from '@hourglass/testing';
import { createPool } from '../src/connection/connection-pool.ts';
import { createScopedPool } from '../src/connection/scoped-pool.ts';
import { gatherReads } from '../src/request-reads/gather-reads.ts';
import { sql, Sql } from '../src/connection/sql.ts';
import { withClient } from './empty-database.ts';

let created: TestDatabase;
let pool: Pool;
let statements: number;
beforeAll(async () => {
  created = await createTestDatabase();
});
afterAll(() => created.drop());
beforeEach(async () => {
  pool = createPool({
    url: created.url,
    role: null,
    maxConnections: 3,
    statementTimeoutMs: 10_000,
    isPipelined: true,
  });
  statements = 0;
  // Each statement acquires a connection once.
  pool.on('acquire', () => {
    statements += 1;
  });
  await run('create table numbers (name text primary key, number integer not null)');
});
afterEach(async () => {
  await run('drop table numbers');
  await pool.end();
});

function run(statement: string): Promise<unknown> {
  return withClient(created.url, (client) => client.query(statement));
}

interface NumberRow {
  readonly key: string;
  readonly number: number;
}

function numberReader(reads: ReturnType<typeof gatherReads>, table = 'numbers') {
  return reads<string, NumberRow, NumberRow>({
    keyOf: (name) => name,
    valueOf: (row) => row,
    select: (names) => sql`
      select name as key, number from ${new Sql([table], [])} where name = any(${[...names.keys()]}::text[])`,
  });
}

describe('reads that are requested together', () => {
  test('share one statement; each returns its own row, or null', async () => {
    await run("insert into numbers values ('a', 1), ('b', 2)");
    const reads = gatherReads(createScopedPool({ pool, roles: null, isPipelined: true }));
    const [first, second] = [numberReader(reads), numberReader(reads)];
    const rows = await Promise.all([first('a'), second('b'), first('b'), first('none'), second('b')]);
    expect(rows.map((row) => row?.number ?? null)).toEqual([1, 2, 2, null, 2]);
    expect(statements).toBe(1);
  });

  test('wait for the running statement while they are few, then share the next one', async () => {
    await run("insert into numbers values ('a', 1)");
    const read = numberReader(gatherReads(createScopedPool({ pool, roles: null, isPipelined: true })));
    const early = read('a');
    await eventually('the first statement is sent', () => (statements === 1 ? true : null));
    const late = Promise.all(Array.from({ length: 20 }, () => read('a')));
    expect((await early)?.number).toBe(1);
    expect((await late).map((row) => row?.number)).toEqual(Array.from({ length: 20 }, () => 1));
    expect(statements).toBe(2);
  });

  test('do not wait for a running statement that takes long when they are many', async () => {
    await run("insert into numbers values ('a', 1)");
    await run('create table locked (name text primary key, number integer not null)');
    const reads = gatherReads(createScopedPool({ pool, roles: null, isPipelined: true }));
    const [ofLocked, ofNumbers] = [numberReader(reads, 'locked'), numberReader(reads)];
    await withClient(created.url, async (client) => {
      await client.query('begin; lock table locked');
      const slow = ofLocked('a');
      await eventually('the slow statement is sent', () => (statements === 1 ? true : null));
      const many = Array.from({ length: 40 }, () => ofNumbers('a'));
      expect((await Promise.all(many)).map((row) => row?.number)).toEqual(many.map(() => 1));
      await client.query('rollback');
      expect(await slow).toBeNull();
    });
    expect(statements).toBe(2);
    await run('drop table locked');
  });

  test('see everything that was committed before the request, also while another batch is running', async () => {
    const read = numberReader(gatherReads(createScopedPool({ pool, roles: null, isPipelined: true })));
    for (let number = 0; number < 30; number += 1) {
      const underway = read('a');
      await run(
        `insert into numbers values ('a', ${number}) on conflict (name) do update set number = ${number}`,
      );
      expect((await read('a'))?.number).toBe(number);
      await underway;
    }
  });

  test('all fail when their statement fails; later reads do not', async () => {
    await run("insert into numbers values ('a', 1)");
    const reads = gatherReads(createScopedPool({ pool, roles: null, isPipelined: true }));
    const [good, bad] = [numberReader(reads), numberReader(reads, 'nothing')];
    const outcomes = await Promise.allSettled([good('a'), bad('a')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await good('a'))?.number).toBe(1);
  });
});
