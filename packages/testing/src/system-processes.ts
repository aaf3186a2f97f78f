import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNode, type NodeProcess } from './node-process.ts';

/** The root folder of the checkout. */
export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));

const sizeThreadPool = path.join(repositoryRoot, 'packages/platform/dist/size-thread-pool.cjs');

/** This version's migrations. */
export const migrationsFolder = path.join(repositoryRoot, 'prisma/migrations');

/** The entry points of the build, below the root folder. */
export const programs = {
  api: 'apps/api/dist/main.js',
  worker: 'apps/worker/dist/main.js',
  migrate: 'apps/api/dist/migrate.js',
  cli: 'apps/cli/bin/hourglass.js',
} as const;

/** As in the images. */
const youngGenerationMib: ReadonlyMap<string, number> = new Map([
  [programs.api, 16],
  [programs.worker, 4],
]);

export function startProgram(
  entry: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): NodeProcess {
  return startNode(entry, { args, env: { ...nodeOptions(entry), ...env }, cwd: repositoryRoot });
}

function nodeOptions(entry: string): Readonly<Record<string, string>> {
  const mib = youngGenerationMib.get(entry);
  return mib === undefined
    ? {}
    : { NODE_OPTIONS: `--max-semi-space-size=${mib} --require=${sizeThreadPool}` };
}

/** The environment variables of an API or worker over these services. */
export function systemEnvironment(services: {
  readonly databaseUrl: string;
  readonly queueUrl: string;
  readonly dataDirectory: string;
}): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.queueUrl,
    HOURGLASS_DATA_DIR: services.dataDirectory,
    HOURGLASS_PORT: '0',
    // Most tests submit and poll more than one client may by default, and do not test the limits.
    HOURGLASS_QUERIES_PER_HOUR: '1000',
    HOURGLASS_REQUESTS_PER_SECOND: '1000000',
    HOURGLASS_REQUESTS_PER_SECOND_PER_ADDRESS: '1000000',
  };
}

/** The URL of an API, once it listens. */
export async function urlOf(api: NodeProcess): Promise<string> {
  return `http://127.0.0.1:${await api.lineWith(listeningPort)}`;
}

function listeningPort(line: string): number | null {
  if (!line.includes('"listening"')) return null;
  const { address } = JSON.parse(line) as { address: { port: number } };
  return address.port;
}
