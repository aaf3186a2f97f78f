import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { EmbeddedLog } from './running-server.ts';

/** The account that runs a server, when it is not the account of this process. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** The account of PostgreSQL alone. */
export const ownAccountName = 'hourglass-postgres';
const makeAccountCommand = [
  ...['useradd', '--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'],
  ...['--shell', '/usr/sbin/nologin', ownAccountName],
];

export function runningAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Returns the account for a new database of root: PostgreSQL refuses to run as root. It is
 * `hourglass-postgres`, which is created if `makesAccount`, or else the unprivileged account that
 * every Unix has.
 */
export async function unprivilegedUser(options: {
  readonly makesAccount: boolean;
  readonly log: EmbeddedLog;
}): Promise<ServerUser> {
  const own =
    findAccount(ownAccountName) ?? (options.makesAccount ? await makeOwnAccount(options.log) : null);
  return own ?? findAccount('nobody') ?? { uid: 65_534, gid: 65_534 };
}

/** Returns null, after a warning, if this machine does not let it. */
async function makeOwnAccount(log: EmbeddedLog): Promise<ServerUser | null> {
  const [program = '', ...args] = makeAccountCommand;
  try {
    await promisify(execFile)(program, args);
    log.info({ account: ownAccountName }, 'created the system account of the embedded PostgreSQL');
  } catch (error) {
    // Another process may have created it meanwhile.
    if (findAccount(ownAccountName) === null) {
      log.warn(
        { reason: error instanceof Error ? error.message : String(error) },
        `PostgreSQL runs as an account that other programs share: cannot run ${makeAccountCommand.join(' ')}`,
      );
    }
  }
  return findAccount(ownAccountName);
}

function findAccount(name: string): ServerUser | null {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  if (line === undefined) return null;
  const [, , uid, gid] = line.split(':');
  // macOS writes the ids of the unprivileged account as -2; the kernel expects unsigned numbers.
  return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
}

/**
 * Returns true when `user` may enter `target` and every folder above it. Ignores access control
 * lists.
 */
export async function isReachable(target: string, user: ServerUser): Promise<boolean> {
  let current = path.resolve(target);
  for (;;) {
    const { mode, uid, gid } = await stat(current);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    if (((mode >> shift) & 0o1) === 0) return false;
    const parent = path.dirname(current);
    if (parent === current) return true;
    current = parent;
  }
}

/**
 * Lets the group of `user` enter a folder of root, without reading it, if `user` can reach it.
 * Returns whether `user` may enter the folder then.
 */
export async function letIn(folder: string, user: ServerUser): Promise<boolean> {
  if (await isReachable(folder, user)) return true;
  const { mode, uid } = await stat(folder);
  if (uid !== 0 || !(await isReachable(path.dirname(folder), user))) return false;
  await chown(folder, uid, user.gid);
  await chmod(folder, (mode & 0o700) | 0o010);
  return true;
}

/** Creates a folder and its missing parents, which every account may enter whatever the umask is. */
export async function createOpenFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let created = folder; created.length >= first.length; created = path.dirname(created)) {
    await chmod(created, 0o755);
  }
}
