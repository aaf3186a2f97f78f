import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';

/**
 * Returns a text that distinguishes a process from a later one with the same number: its start
 * time, as the system writes it. Returns null when there is no such process.
 */
export function processIdentity(pid: number): string | null {
  if (process.platform === 'linux') return linuxIdentity(pid);
  if (process.platform === 'win32') return isRunning(pid) ? 'running' : null;
  return psField(pid, 'lstart');
}

function linuxIdentity(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in parentheses, which may contain blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const startedTicks = fields[19];
    if (state === 'Z' || state === 'X' || startedTicks === undefined) return null;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}:${startedTicks}`;
  } catch {
    return null;
  }
}

/** Returns true when `pid` is a PostgreSQL server of this cluster. */
export function isPostgresOf(pid: number, clusterDirectory: string): boolean {
  if (processIdentity(pid) === null) return false;
  const cluster = realpathSync(clusterDirectory);
  if (process.platform === 'linux') {
    try {
      // The server's working directory is its cluster; unlike the command line it reflects a
      // renamed folder.
      const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      return name === 'postgres' && readlinkSync(`/proc/${pid}/cwd`) === cluster;
    } catch {
      return false;
    }
  }
  const command = psField(pid, 'args') ?? '';
  return path.basename(command.split(' ')[0] ?? '') === 'postgres' && command.includes(cluster);
}

function psField(pid: number, field: string): string | null {
  try {
    const output = execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' });
    return output.trim() || null;
  } catch {
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
