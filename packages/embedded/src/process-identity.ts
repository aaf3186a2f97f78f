import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';

/**
 * Tells a process from a later one with the same number: the moment it started, as the system writes it.
 * Null when there is no such process (any more).
 */
export function processIdentity(pid: number): string | null {
  if (process.platform === 'linux') return linuxIdentity(pid);
  if (process.platform === 'win32') return signalReaches(pid) ? 'running' : null;
  return psField(pid, 'lstart');
}

function linuxIdentity(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in parentheses and may itself contain blanks and parentheses.
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

/** Whether `pid` is a PostgreSQL server whose database folder is `clusterDirectory`. */
export function isPostgresOf(pid: number, clusterDirectory: string): boolean {
  if (processIdentity(pid) === null) return false;
  const cluster = realpathSync(clusterDirectory);
  if (process.platform === 'linux') {
    try {
      // The server changes into its folder. The link follows a renamed folder, a command line would not.
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

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
