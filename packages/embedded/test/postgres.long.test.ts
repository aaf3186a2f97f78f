import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, readdir, chmod, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listProcesses } from '@hourglass/testing';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PortTaken, startPostgres, type PostgresOptions, type RunningServer } from '../src/index.ts';
import { isPostgresOf, processIdentity } from '../src/process-identity.ts';
import { launch } from './launcher.ts';

const log = { debug() {}, info() {}, warn() {} };
let folder: string;
let running: RunningServer[];

beforeEach(async () => {
  running = [];
  folder = await mkdtemp(path.join(tmpdir(), 'hourglass-embedded-'));
  // As root, PostgreSQL runs as another account, which must be able to traverse the folder.
  await chmod(folder, 0o755);
});

afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function start(name: string, more: Partial<PostgresOptions> = {}): Promise<RunningServer> {
  const server = await startPostgres({
    dataDirectory: path.join(folder, name),
    log,
    durable: false,
    ...more,
  });
  running.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

async function gone(pid: number): Promise<void> {
  await expect.poll(() => processIdentity(pid), { timeout: 20_000, interval: 20 }).toBeNull();
}

test('keeps data and password across a restart', async () => {
  const first = await start('a', { durable: true });
  await query(first.url, `create table t as select 'kept' as value`);
  await first.stop();
  expect(await first.exited).toEqual({ code: 0, signal: null });

  const second = await start('a', { durable: true });
  expect(await query(second.url, 'select value from t')).toEqual(['kept']);
  expect(new URL(second.url).password).toBe(new URL(first.url).password);
});

test('separate data folders have separate databases, passwords and servers', async () => {
  const [a, b] = await Promise.all([start('a'), start('b')]);
  await query(a.url, 'create table only_in_a ()');
  expect(await query(b.url, `select to_regclass('only_in_a')`)).toEqual([null]);
  const withPasswordOfB = new URL(a.url);
  withPasswordOfB.password = new URL(b.url).password;
  await expect(query(withPasswordOfB.href, 'select 1')).rejects.toThrow('password authentication failed');
  await a.stop();
  expect(await query(b.url, 'select 1')).toEqual([1]);
});

test('text is UTF-8 and sorted by bytes, and time is UTC', async () => {
  const { url } = await start('a');
  const words = await query(url, `select w from unnest(array['b', 'B', 'ä', 'a']) w order by w`);
  expect(words).toEqual(['B', 'a', 'b', 'ä']);
  const settings = await query(
    url,
    `select current_setting('server_encoding'), current_setting('timezone'), current_setting('listen_addresses'),
            current_setting('unix_socket_directories')`,
  );
  expect(settings).toEqual(['UTF8', 'UTC', '127.0.0.1', '']);
});

test('a missing data folder is created with its parents, and only the owner may read the password', async () => {
  const { url } = await start('x/y');
  const file = path.join(folder, 'x/y/postgres/password');
  expect(await readFile(file, 'utf8')).toBe(new URL(url).password);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a folder that a live process serves is refused with the number of the process, which continues', async () => {
  const server = await start('a');
  await expect(start('a')).rejects.toMatchObject({ name: 'LockHeld', pid: process.pid });
  expect(await query(server.url, 'select 1')).toEqual([1]);
});

test('a server stops when its launcher is killed, and committed data survives', async () => {
  const dataDirectory = path.join(folder, 'a');
  const launcher = launch({ dataDirectory });
  const { url, pid } = await launcher.line('started');
  await query(url, `create table t as select 'kept' as value`);
  launcher.kill('SIGKILL');
  await gone(pid);
  const server = await start('a');
  expect(await query(server.url, 'select value from t')).toEqual(['kept']);
});

test('a server that survived its launcher is stopped before another starts on its folder', async () => {
  const dataDirectory = path.join(folder, 'a');
  const launcher = launch({ dataDirectory });
  const { url, pid } = await launcher.line('started');
  await query(url, `create table t as select 'kept' as value`);
  // The server survives without its watchdog.
  for (const { pid: watchdog, commandLine } of listProcesses()) {
    if (commandLine.includes(`kill -INT ${pid}`)) process.kill(watchdog, 'SIGKILL');
  }
  launcher.kill('SIGKILL');
  await launcher.exited;
  expect(isPostgresOf(pid, path.join(dataDirectory, 'postgres/cluster'))).toBe(true);

  const server = await start('a');
  expect(processIdentity(pid)).toBeNull();
  expect(server.pid).not.toBe(pid);
  expect(await query(server.url, 'select value from t')).toEqual(['kept']);
});

test('another process with the number of a dead server is not stopped', async () => {
  const first = await start('a');
  await first.stop();
  const bystander = launch({ dataDirectory: path.join(folder, 'b') });
  await bystander.line('started');
  const cluster = path.join(folder, 'a/postgres/cluster');
  await writeFile(
    path.join(cluster, 'postmaster.pid'),
    `${bystander.pid}\n${cluster}\n1\n5432\n\n127.0.0.1\n\nready\n`,
  );

  const second = await start('a');
  expect(await query(second.url, 'select 1')).toEqual([1]);
  expect(processIdentity(bystander.pid)).not.toBeNull();
  bystander.kill('SIGTERM');
  await bystander.exited;
});

test('a launcher killed during the creation of the database leaves nothing that a later start uses', async () => {
  const dataDirectory = path.join(folder, 'a');
  const launcher = launch({ dataDirectory });
  const unfinished = async () => {
    const names = await readdir(dataDirectory).catch((): string[] => []);
    const name = names.find((candidate) => candidate.startsWith('postgres.new-'));
    if (name === undefined) return false;
    return (await readdir(path.join(dataDirectory, name))).includes('cluster');
  };
  await expect.poll(unfinished, { timeout: 20_000, interval: 2 }).toBe(true);
  launcher.kill('SIGKILL');
  await launcher.exited;
  expect(launcher.output()).not.toContain('"started"');

  const server = await start('a');
  expect(await query(server.url, 'select 1')).toEqual([1]);
  expect((await readdir(dataDirectory)).sort()).toEqual(['postgres', 'postgres.lock']);
});

test('a server that does not start is reported with its log', async () => {
  const first = await start('a');
  await first.stop();
  await appendFile(path.join(folder, 'a/postgres/cluster/postgresql.conf'), '\nno_such_setting = 1\n');
  await expect(start('a')).rejects.toThrow(/exited during its start \(1\):[^]*no_such_setting/);
});

test('a database of another major version is refused and not changed', async () => {
  const first = await start('a');
  await first.stop();
  const version = path.join(folder, 'a/postgres/cluster/PG_VERSION');
  await writeFile(version, '17\n');
  await expect(start('a')).rejects.toThrow('written by PostgreSQL 17; expected 18');
  await writeFile(version, '18\n');
  expect(await query((await start('a')).url, 'select 1')).toEqual([1]);
});

test('a fixed port is kept across a crash, and a port in use is an error', async () => {
  const first = await start('a');
  process.kill(first.pid, 'SIGKILL');
  expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
  const second = await start('a', { port: first.port });
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'select 1')).toEqual([1]);

  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(start('b', { port: taken })).rejects.toThrow(PortTaken);
  other.close();
});
