import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';

/** The account that runs a server, when it is not the account of this process. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

export function runningAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Returns the unprivileged account that every Unix has, for PostgreSQL, which refuses to run as
 * root.
 */
export function unprivilegedUser(): ServerUser {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  // macOS writes the ids of this account as -2; the kernel expects unsigned numbers.
  return { uid: Number(uid ?? 65_534) >>> 0, gid: Number(gid ?? 65_534) >>> 0 };
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
