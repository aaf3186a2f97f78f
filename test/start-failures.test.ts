import { once } from 'node:events';
import { cp, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createTestDatabase,
  repositoryRoot,
  startNode,
  temporaryFolder,
  type NodeProcess,
  type TemporaryFolder,
} from '@hourglass/testing';

const programs = {
  api: 'apps/api/dist/main.js',
  worker: 'apps/worker/dist/main.js',
  migrate: 'apps/api/dist/migrate.js',
  standalone: 'apps/standalone/dist/main.js',
};
/** Nothing listens on port 1. */
const nowhere = {
  DATABASE_URL: 'postgresql://u:secret@127.0.0.1:1/h',
  REDIS_URL: 'redis://127.0.0.1:1',
};

describe('a process that cannot start', () => {
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => folder.remove());

  function start(program: keyof typeof programs, settings: Readonly<Record<string, string>>): NodeProcess {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOURGLASS_PORT: '0',
      HOURGLASS_DATA_DIR: path.join(folder.path, 'data'),
      ...settings,
    };
    return startNode(programs[program], { env, cwd: repositoryRoot });
  }

  /** Waits until the process exits with code 1, and returns what it says about it. */
  async function failureOf(process: NodeProcess): Promise<string> {
    expect([(await process.exited).code, process.output()]).toEqual([1, expect.anything()]);
    const lines = process.output().split('\n');
    expect(lines.filter((line) => /^\s+at /.test(line))).toEqual([]);
    // A build that takes longer than usual is announced.
    const isFailure = (line: string) => line.startsWith('hourglass: ') && line !== 'hourglass: building …';
    return lines.filter(isFailure).join('\n');
  }

  test('says which port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (const program of ['api', 'standalone'] as const) {
      const failed = start(program, { ...nowhere, HOURGLASS_PORT: String(port) });
      expect(await failureOf(failed)).toBe(
        `hourglass: HOURGLASS_PORT: port ${port} of 127.0.0.1 is already in use; stop the other process, or choose another port`,
      );
    }
    server.close();
  });

  test('says that an address is not one of this machine', async () => {
    for (const program of ['api', 'standalone'] as const) {
      const failed = start(program, { ...nowhere, HOURGLASS_HOST: '203.0.113.1', HOURGLASS_PORT: '8099' });
      expect(await failureOf(failed)).toMatch(
        /^hourglass: HOURGLASS_HOST: 203\.0\.113\.1 is no address of this machine \(\w+\); expected .+$/,
      );
    }
  });

  test('says which file of the certificate is missing', async () => {
    const missing = path.join(folder.path, 'missing.pem');
    const failed = start('api', { ...nowhere, HOURGLASS_TLS_CERT: missing, HOURGLASS_TLS_KEY: missing });
    expect(await failureOf(failed)).toMatch(
      /^hourglass: HOURGLASS_TLS_CERT: cannot read \S+\/missing\.pem \(ENOENT: [^\n]+\)$/,
    );
  });

  test('says that it cannot write to its data directory', async () => {
    const file = path.join(folder.path, 'file');
    await writeFile(file, '');
    const all = (Object.keys(programs) as (keyof typeof programs)[]).map(async (program) => {
      const failed = start(program, { ...nowhere, HOURGLASS_DATA_DIR: file });
      expect([program, await failureOf(failed)]).toEqual([
        program,
        expect.stringMatching(
          /^hourglass: HOURGLASS_DATA_DIR: cannot write to \S+ \(EEXIST: [^\n]+\); expected a folder [^\n]+$/,
        ),
      ]);
    });
    await Promise.all(all);
  });

  test.skipIf(process.platform !== 'linux')('says so too where no folder can be created', async () => {
    const failed = start('api', { ...nowhere, HOURGLASS_DATA_DIR: '/proc/hourglass/data' });
    expect(await failureOf(failed)).toMatch(
      /^hourglass: HOURGLASS_DATA_DIR: cannot write to \/proc\/hourglass\/data \(ENOENT: [^\n]+; expected a folder/,
    );
  });

  test('says where the demo cannot create its folder', async () => {
    const missing = path.join(folder.path, 'missing');
    const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', TMPDIR: missing };
    const demo = startNode('scripts/demo.mjs', { env, cwd: repositoryRoot });
    expect(await failureOf(demo)).toBe(
      `hourglass: cannot create a folder in ${missing} (ENOENT); TMPDIR names another folder for temporary files`,
    );
  });

  test('says that the command line is not built', async () => {
    await cp(path.join(repositoryRoot, 'apps/cli/bin'), path.join(folder.path, 'cli/bin'), {
      recursive: true,
    });
    await writeFile(path.join(folder.path, 'cli/package.json'), '{"type":"module"}');
    const cli = startNode('bin/hourglass.js', { env: {}, cwd: path.join(folder.path, 'cli') });
    expect(await failureOf(cli)).toBe('hourglass: the command line is not built yet; run: npm run build');
  });

  test('says that it cannot reach the database or the object store to prepare them', async () => {
    expect(await failureOf(start('migrate', nowhere))).toBe(
      'hourglass: the database is not available (connect ECONNREFUSED 127.0.0.1:1); check that it runs, and DATABASE_URL',
    );
    const database = await createTestDatabase();
    try {
      const migrate = start('migrate', {
        DATABASE_URL: database.url,
        S3_ENDPOINT: 'http://127.0.0.1:1',
        S3_BUCKET: 'b',
        S3_ACCESS_KEY_ID: 'k',
        S3_SECRET_ACCESS_KEY: 's',
      });
      expect(await failureOf(migrate)).toMatch(
        /^hourglass: the object store is not available \([^\n]*ECONNREFUSED[^\n]*\); check that it runs, and S3_ENDPOINT[^\n]*$/,
      );
    } finally {
      await database.drop();
    }
  });

  test('keeps trying to reach its services, names each once with its setting, and logs no stack', async () => {
    for (const program of ['api', 'worker'] as const) {
      const running = start(program, nowhere);
      for (const [service, setting] of [
        ['database', 'DATABASE_URL'],
        ['queue', 'REDIS_URL'],
      ] as const) {
        await running.lineWith((line) =>
          line.includes(`the ${service} is not available (`) && line.includes(`${setting}; retrying`)
            ? line
            : null,
        );
      }
      running.kill('SIGKILL');
      await running.exited;
      expect(running.output()).not.toContain('"stack"');
      expect(running.output()).not.toContain('secret');
    }
  });
});
