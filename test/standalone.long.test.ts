import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  contractClient,
  descendantsOf,
  eventually,
  isRunning,
  openEntries,
  repositoryRoot,
  startNode,
  temporaryFolder,
  type ContractClient,
  type NodeProcess,
  type TemporaryFolder,
} from '@hourglass/testing';

interface Started {
  readonly process: NodeProcess;
  readonly url: string;
  readonly client: ContractClient;
}

// The program that `npm start` runs after the build.
describe('Hourglass on one machine', () => {
  const processes: NodeProcess[] = [];
  const folders: TemporaryFolder[] = [];
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((one) => one.stop()));
    await Promise.all(folders.splice(0).map((one) => one.remove()));
  });

  const newFolder = async () => {
    const folder = await temporaryFolder();
    folders.push(folder);
    return path.join(folder.path, 'data');
  };

  const start = async (dataDirectory: string): Promise<Started> => {
    const env = { PATH: process.env['PATH'] ?? '', HOURGLASS_PORT: '0', HOURGLASS_DATA_DIR: dataDirectory };
    const started = startNode('apps/standalone/dist/main.js', { env, cwd: repositoryRoot });
    processes.push(started);
    const url = await started.lineWith((line) => /^hourglass ready on (http:\S+)$/.exec(line)?.[1] ?? null);
    const credentials = await readFile(path.join(dataDirectory, 'credentials.json'), 'utf8');
    const { token } = JSON.parse(credentials) as { token: string };
    const environmentUrl = `${url}/v1/organizations/demo/environments/prod`;
    return {
      process: started,
      url,
      client: contractClient({ environmentUrl, authorization: `Bearer ${token}` }),
    };
  };

  const day = { start: '2026-05-01T00:00:00Z', end: '2026-05-02T00:00:00Z' };
  const calls = {
    metrics: [{ name: 'message_count', alias: 'calls' }],
    dimensions: ['apiproxy'],
    timeRange: day,
  };
  const fact = (apiproxy: string) => ({ timestamp: '2026-05-01T12:00:00Z', apiproxy });

  test('keeps facts, queries, archives and credentials across a restart, and prints credentials once', async () => {
    const dataDirectory = await newFolder();
    const first = await start(dataDirectory);
    const file = path.join(dataDirectory, 'credentials.json');
    const { token } = JSON.parse(await readFile(file, 'utf8')) as { token: string };
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(first.process.output().split(token)).toHaveLength(2);
    await first.client.sendFacts([fact('kept')]);
    const id = await first.client.submit(calls);
    await first.client.ended(id);
    const archive = await first.client.archive(id);
    expect(await openEntries(path.dirname(dataDirectory))).toEqual(
      // The group is that of PostgreSQL's account.
      process.getuid?.() === 0 ? ['data 710'] : [],
    );
    await first.process.stop();

    const second = await start(dataDirectory);
    expect(second.process.output()).not.toContain(token);
    expect(await second.client.archive(id)).toEqual(archive);
    expect(await second.client.report(calls)).toBe('{"calls":"1","apiproxy":"kept"}\n');
  });

  test('may run beside another data folder, but locks its own', async () => {
    const [mine, other] = [await newFolder(), await newFolder()];
    const [first, second] = await Promise.all([start(mine), start(other)]);
    await first.client.sendFacts([fact('first')]);
    await second.client.sendFacts([fact('second')]);
    expect(await first.client.report(calls)).toBe('{"calls":"1","apiproxy":"first"}\n');
    expect(await second.client.report(calls)).toBe('{"calls":"1","apiproxy":"second"}\n');

    const env = { PATH: process.env['PATH'] ?? '', HOURGLASS_PORT: '0', HOURGLASS_DATA_DIR: mine };
    const third = startNode('apps/standalone/dist/main.js', { env, cwd: repositoryRoot });
    expect((await third.exited).code).toBe(1);
    expect(third.output()).toContain(String(first.process.pid));
  });

  test('ends all its processes within 10 seconds of SIGTERM, also while a query runs', async () => {
    const { process: supervisor, client } = await start(await newFolder());
    const family = descendantsOf(supervisor.pid);
    for (const part of ['apps/api', 'apps/worker', 'postgres']) {
      expect(family.filter(({ commandLine }) => commandLine.includes(part))).not.toEqual([]);
    }
    await client.submit(calls);
    const askedAtMs = performance.now();
    supervisor.kill('SIGTERM');
    expect((await supervisor.exited).code).toBe(0);
    expect(performance.now() - askedAtMs).toBeLessThan(10_000);
    expect(family.filter(({ pid }) => isRunning(pid))).toEqual([]);
  });

  test('restarts a killed child, and work continues', async () => {
    const { process: supervisor, url, client } = await start(await newFolder());
    await client.sendFacts([fact('survivor')]);
    // Direct children only: backends of a killed PostgreSQL live on for a moment and even respond.
    const childWith = (part: string) =>
      descendantsOf(supervisor.pid).find(
        ({ parentPid, commandLine }) => parentPid === supervisor.pid && commandLine.includes(part),
      )?.pid ?? null;
    for (const part of ['apps/worker', 'apps/api', 'postgres']) {
      const pid = await eventually(`${part} runs`, () => childWith(part));
      process.kill(pid, 'SIGKILL');
      await eventually(`${part} runs again`, async () => {
        const again = childWith(part);
        if (again === null || again === pid) return null;
        const status = await fetch(`${url}/readyz`).then(
          (response) => response.status,
          () => null,
        );
        return status === 200 ? true : null;
      });
      expect(await client.report(calls)).toBe('{"calls":"1","apiproxy":"survivor"}\n');
    }
    expect(supervisor.output()).toContain('SIGKILL');
  });

  test('does not start on a port in use, and reports it', async () => {
    const { url } = await start(await newFolder());
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOURGLASS_PORT: new URL(url).port,
      HOURGLASS_DATA_DIR: await newFolder(),
    };
    const refused = startNode('apps/standalone/dist/main.js', { env, cwd: repositoryRoot });
    expect((await refused.exited).code).toBe(1);
    expect(refused.output()).toContain(`port ${new URL(url).port} of 127.0.0.1 is already in use`);
  });

  test('does not start with invalid settings, and lists all of them', async () => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOURGLASS_PORT: 'http',
      HOURGLASS_DATADIR: '/x',
      S3_REGION: '',
    };
    for (const entry of ['apps/standalone', 'apps/api', 'apps/worker']) {
      const refused = startNode(`${entry}/dist/main.js`, { env, cwd: repositoryRoot });
      expect((await refused.exited).code).toBe(1);
      expect(refused.output()).toContain('HOURGLASS_PORT');
      expect(refused.output()).toContain('HOURGLASS_DATADIR');
    }
  });
});
