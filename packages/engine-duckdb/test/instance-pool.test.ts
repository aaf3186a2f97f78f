import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createInstancePool, type InstancePool } from '../src/instance-pool.ts';
import { runStatement, startStatement } from '../src/statements.ts';
import { writeSegment } from '../src/segment-writer.ts';

const limits = { memoryMb: 64, threads: 1, maxSpillMb: 64 };

let directory: string;
let pool: InstancePool;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hourglass-pool-'));
  pool = createInstancePool(directory, limits, { maxUses: 3 });
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(directory, { recursive: true, force: true });
});

const used = () => pool.use((connection) => Promise.resolve(connection));

async function streamed(): Promise<DuckDBConnection | undefined> {
  let found: DuckDBConnection | undefined;
  const items = pool.stream(async function* (connection) {
    yield await Promise.resolve(connection);
  });
  for await (const connection of items) found = connection;
  return found;
}

test('an instance is closed after a bounded number of uses, however it was used', async () => {
  const connections: unknown[] = [];
  for (let use = 0; use < 4; use += 1) connections.push(await used(), await streamed());
  const [first, , , second, , , third] = connections;
  expect(connections).toEqual([first, first, first, second, second, second, third, third]);
  expect(new Set(connections).size).toBe(3);
  await expect(pool.use((connection) => connection.run('select 1'))).resolves.toBeDefined();
  await expect((first as DuckDBConnection).run('select 1')).rejects.toThrow(/disconnected|closed/);
});

test('an idle instance is closed after five seconds although another is busy', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  pool = createInstancePool(directory, limits);
  const both = await Promise.all([used(), used()]);
  const busy = await used();
  for (let second = 0; second < 6; second += 1) {
    vi.advanceTimersByTime(1000);
    expect(await used()).toBe(busy);
  }
  const later = await Promise.all([used(), used()]);
  expect(later.filter((connection) => both.includes(connection))).toEqual([busy]);
});

test('an instance keeps no data of the files that it has read', async () => {
  const cached = await pool.use(async (connection) => {
    const { path: file } = await writeSegment(
      connection,
      `select 1 as environment_id, make_timestamp(n) as "timestamp" from range(1000) numbers(n)`,
      { directory, columns: [] },
    );
    await runStatement(connection, {
      sql: 'select max("timestamp") from read_parquet($1)',
      parameters: [file],
    });
    return (await connection.runAndReadAll('from duckdb_external_file_cache()')).getRows();
  });
  expect(cached).toEqual([]);
});

test('a prepared statement is destroyed before its rows are read, or when it fails', async () => {
  await pool.use(async (connection) => {
    const prepare = vi.spyOn(connection, 'prepare');
    const rows = await runStatement(connection, { sql: 'select $1', parameters: [7] });
    const streamedRows = await startStatement(connection, { sql: 'select $1', parameters: ['text'] });
    expect([await rows.getRows(), await streamedRows.getRows()]).toEqual([[[7n]], [['text']]]);
    await expect(runStatement(connection, { sql: 'select error($1)', parameters: ['no'] })).rejects.toThrow(
      'no',
    );
    const prepared = await Promise.all(prepare.mock.results.map(({ value }) => value));
    expect(prepared).toHaveLength(3);
    for (const statement of prepared)
      expect(() => statement.clearBindings()).toThrow('Failed to clear bindings');
  });
});
