import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { processIdentity } from './process-identity.ts';

interface Holder {
  readonly pid: number;
  readonly identity: string;
  /** Distinguishes locks of one process. */
  readonly nonce: string;
}

export interface FileLock {
  /** Releases the lock. May be called again. */
  release(): Promise<void>;
}

/** A live process holds the lock. */
export class LockHeld extends Error {
  readonly pid: number;

  constructor(file: string, pid: number) {
    super(`${file}: process ${pid} holds the lock and is running`);
    this.name = 'LockHeld';
    this.pid = pid;
  }
}

/**
 * Takes the lock `file`. Node.js offers no kernel lock that ends with the process, so the file
 * names its holder. The lock of a dead holder is taken over, even when another process has its
 * number now.
 * @throws LockHeld
 */
export async function takeLock(file: string): Promise<FileLock> {
  const nonce = randomUUID();
  const own = `${file}.${nonce}`;
  const holder: Holder = { pid: process.pid, identity: processIdentity(process.pid) ?? '', nonce };
  await writeFile(own, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
  try {
    // A link appears atomically with its complete file, and fails when the name exists.
    while (!(await succeeded(link(own, file)))) await removeIfStale(file, nonce);
  } finally {
    await rm(own, { force: true });
  }
  return {
    async release() {
      const current = await readHolder(file);
      if (current !== 'absent' && current?.nonce === nonce) await rm(file, { force: true });
    },
  };
}

async function removeIfStale(file: string, nonce: string): Promise<void> {
  const holder = await readHolder(file);
  if (holder === 'absent') return;
  if (isAlive(holder)) throw new LockHeld(file, holder.pid);
  // Moved before it is deleted: of two processes that see the same stale lock, one must not delete
  // the lock that the other has just taken.
  const moved = `${file}.stale.${nonce}`;
  if (!(await succeeded(rename(file, moved)))) return;
  const taken = await readHolder(moved);
  if (taken !== 'absent' && isAlive(taken)) await succeeded(link(moved, file));
  await rm(moved, { force: true });
}

function isAlive(holder: Holder | null): holder is Holder {
  return holder !== null && processIdentity(holder.pid) === holder.identity;
}

/** Returns null for a file that is no complete lock. */
async function readHolder(file: string): Promise<Holder | null | 'absent'> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'absent';
    throw error;
  }
  try {
    const value = JSON.parse(text) as Partial<Holder> | null;
    if (typeof value?.pid !== 'number' || typeof value.identity !== 'string') return null;
    return { pid: value.pid, identity: value.identity, nonce: String(value.nonce) };
  } catch {
    return null;
  }
}

/** Returns false when the name exists already (link) or no longer (rename). */
async function succeeded(change: Promise<void>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  }
}
