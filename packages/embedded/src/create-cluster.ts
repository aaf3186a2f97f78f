import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { changeOwner } from './database-folder.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { EmbeddedServerError } from './running-server.ts';
import type { ServerUser } from './server-user.ts';

export const clusterOwner = 'hourglass';
export const databaseName = 'hourglass';
export const passwordFileName = 'password';
export const clusterName = 'cluster';

export interface ClusterRequest {
  readonly binaries: PostgresBinaries;
  /** An existing empty folder that `user` owns. */
  readonly folder: string;
  readonly user: ServerUser | null;
  /** False, for tests: a crash of the machine may lose the database. */
  readonly durable: boolean;
}

/**
 * Creates a cluster with the empty database `hourglass`, and beside it the file with its owner's
 * password.
 */
export async function createCluster(request: ClusterRequest): Promise<void> {
  const { binaries, folder, user, durable } = request;
  const passwordFile = path.join(folder, passwordFileName);
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  await changeOwner(passwordFile, user);
  const cluster = path.join(folder, clusterName);
  await runToEnd(
    binaries.initdb,
    [
      `--pgdata=${cluster}`,
      `--username=${clusterOwner}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Sorts text by bytes, which is the same on every machine and with every library version.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(durable ? [] : ['--no-sync']),
    ],
    { user, folder, input: '' },
  );
  // The package contains no client, but the single-user mode of the server can create a database.
  const output = await runToEnd(
    binaries.postgres,
    ['--single', '-D', cluster, ...(durable ? [] : ['-c', 'fsync=off']), 'postgres'],
    { user, folder, input: `CREATE DATABASE ${databaseName};\n` },
  );
  // Single-user mode exits with code 0 even after an error.
  if (/\b(ERROR|FATAL|PANIC):/.test(output)) {
    throw new EmbeddedServerError(`PostgreSQL could not create its database:\n${output.trim()}`);
  }
}

/**
 * The whole environment of PostgreSQL's programs: inherited variables (PGDATA, LANG …) must not
 * affect them.
 */
export const postgresEnvironment: Readonly<Record<string, string>> | null =
  process.platform === 'win32' ? null : { LC_ALL: 'C', TZ: 'UTC' };

function runToEnd(
  program: string,
  args: readonly string[],
  { user, folder, input }: { user: ServerUser | null; folder: string; input: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      { cwd: folder, ...(postgresEnvironment && { env: { ...postgresEnvironment } }), ...user },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout + stderr);
        else {
          const output = (stdout + stderr).trim();
          const message = `${path.basename(program)} failed (${error.code ?? error.signal ?? error.message})`;
          reject(new EmbeddedServerError(`${message}:\n${output}`, { cause: error }));
        }
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
