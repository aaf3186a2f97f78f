import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '@hourglass/embedded';
import { nodeConfiguration, type ClusterConfiguration } from './clickhouse-configuration.ts';
import { eventually } from './eventually.ts';

export interface ClickHouseCluster {
  /** Settings of a worker that uses it. */
  readonly settings: Readonly<Record<string, string>>;
  /** The same for an engine. */
  readonly options: {
    readonly urls: readonly string[];
    readonly user: string;
    readonly password: string;
    readonly name: string;
    readonly collection: string;
  };
  readonly nodes: readonly ClickHouseNode[];
  stop(): Promise<void>;
}

export interface ClickHouseNode {
  readonly url: string;
  readonly pid: number;
  /** As a power failure. */
  kill(): Promise<void>;
  /** Starts a killed node, with another password for its user if one is given. */
  start(other?: { readonly password?: string }): Promise<void>;
  /** Runs a statement as an administrator, and returns its answer as tab-separated text. */
  run(statement: string): Promise<string>;
}

const program = fileURLToPath(new URL('../../../bench/cluster/clickhouse-node.mjs', import.meta.url));
const user = 'hourglass';
const password = 'only-for-tests';

/**
 * Starts real nodes on loopback, which read a bucket. The first start installs the library of
 * ClickHouse, 550 MB. They end with this process at the latest.
 */
export async function startClickHouseCluster(
  count: number,
  store: ClusterConfiguration['store'],
): Promise<ClickHouseCluster> {
  const install = new URL('../../../bench/rivals/install.mjs', import.meta.url);
  const { installRivals } = (await import(install.href)) as { installRivals: () => Promise<void> };
  await installRivals();
  const grants = await deployedGrants();
  const directory = await mkdtemp(path.join(tmpdir(), 'hourglass-clickhouse-'));
  const ports: { http: number; tcp: number }[] = [];
  for (let node = 0; node < count; node += 1)
    ports.push({ http: await findFreePort(), tcp: await findFreePort() });
  const nodes = ports.map((_, index) =>
    createNode(path.join(directory, `node-${index}`), { ports, index, store, user, password, grants }),
  );
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  const urls = nodes.map(({ url }) => url);
  return {
    nodes,
    options: { urls, user, password, name: 'hourglass', collection: 'hourglass_store' },
    settings: { CLICKHOUSE_URLS: urls.join(','), CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password },
    stop,
  };
}

/** So that tests run with the rights that operators give. */
async function deployedGrants(): Promise<string> {
  const users = await readFile(new URL('../../../deploy/clickhouse/users.xml', import.meta.url), 'utf8');
  const [grants] = /<grants>.*<\/grants>/s.exec(users) ?? [];
  if (grants === undefined) throw new Error('deploy/clickhouse/users.xml has no element grants');
  return grants;
}

function createNode(directory: string, configuration: ClusterConfiguration): ClickHouseNode {
  const url = `http://127.0.0.1:${configuration.ports[configuration.index]?.http}`;
  const log = path.join(directory, 'output.log');
  let child: ChildProcess | null = null;
  let isWanted = false;
  const launch = async () => {
    const output = await open(log, 'a');
    const file = path.join(directory, 'config.xml');
    child = spawn(process.execPath, [program, file, path.join(directory, 'data')], {
      stdio: ['pipe', output.fd, output.fd],
    });
    await output.close();
    // The library ends when another node resets a connection. A node is started again, as an operator's would be.
    child.once('exit', () => {
      if (isWanted) void launch();
    });
  };
  return {
    url,
    get pid() {
      return child?.pid ?? -1;
    },
    async start(other = {}) {
      await mkdir(path.join(directory, 'data'), { recursive: true });
      const { server, users } = nodeConfiguration({ ...configuration, ...other }, directory);
      await writeFile(path.join(directory, 'users.xml'), users);
      await writeFile(path.join(directory, 'config.xml'), server);
      await launch();
      await untilAnswered(url, async () => {
        if (child?.exitCode !== null)
          throw new Error(`the node has ended: ${await readFile(log, 'utf8').catch(() => '')}`);
      });
      isWanted = true;
    },
    async kill() {
      isWanted = false;
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    run: (statement) => runAt(url, statement),
  };
}

/** `requireRunning` throws if the node has ended. */
function untilAnswered(url: string, requireRunning: () => Promise<void>): Promise<true> {
  return eventually(`the node at ${url} answers`, async () => {
    await requireRunning();
    const answer = await fetch(`${url}/ping`).catch(() => null);
    return answer?.ok === true ? true : null;
  });
}

async function runAt(url: string, statement: string): Promise<string> {
  const answer = await fetch(url, { method: 'POST', body: statement });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}
