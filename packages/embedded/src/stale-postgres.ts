import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isPostgresOf, processIdentity } from './process-identity.ts';
import { EmbeddedServerError, type EmbeddedLog } from './running-server.ts';

const pollMs = 20;
const fastStopMs = 15_000;
const immediateStopMs = 5_000;

/** What a running server writes into its folder; null when it has not (yet). */
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
 * Stops the server that a killed supervisor left on this folder, and removes the trace of one that is gone
 * and whose process number something else has now (PostgreSQL would refuse to start because of it).
 * The caller holds the folder's lock, so a server that runs here is nobody's.
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
  throw new EmbeddedServerError(`the PostgreSQL server ${left.pid} on ${cluster} does not stop`);
}
