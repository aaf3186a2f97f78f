import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isPostgresOf, processIdentity } from './process-identity.ts';
import { EmbeddedServerError, type EmbeddedLog } from './running-server.ts';

const pollMs = 20;
const fastStopMs = 15_000;
const immediateStopMs = 5_000;

/** Reads the file that a running server keeps in its cluster; null when there is none. */
export async function readPostmasterFile(
  cluster: string,
): Promise<{ readonly pid: number; readonly ready: boolean } | null> {
  let text: string;
  try {
    text = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, ready: lines[7]?.trim() === 'ready' } : null;
}

/**
 * Stops a server that a killed supervisor left running on this cluster. Deletes the PID file of a
 * dead server when another process has its number now, because PostgreSQL would refuse to start.
 * The caller holds the lock of the data folder, so no live supervisor owns the server.
 */
export async function stopLeftoverPostgres(cluster: string, log: EmbeddedLog): Promise<void> {
  const left = await readPostmasterFile(cluster);
  if (left === null) return;
  if (!isPostgresOf(left.pid, cluster)) {
    if (processIdentity(left.pid) !== null) await rm(path.join(cluster, 'postmaster.pid'), { force: true });
    return;
  }
  log.warn({ pid: left.pid }, 'stopping the PostgreSQL server that an earlier supervisor left running');
  for (const [signal, waitMs] of [
    ['SIGINT', fastStopMs],
    ['SIGQUIT', immediateStopMs],
  ] as const) {
    process.kill(left.pid, signal);
    const giveUpAt = Date.now() + waitMs;
    while (Date.now() < giveUpAt) {
      if (!isPostgresOf(left.pid, cluster)) return;
      await delay(pollMs);
    }
  }
  throw new EmbeddedServerError(`PostgreSQL ${left.pid} on ${cluster} did not stop after SIGINT and SIGQUIT`);
}
