import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly commandLine: string;
}

/** Lists all processes of this machine except zombies. */
export function listProcesses(): readonly ProcessEntry[] {
  return process.platform === 'linux' ? fromProc() : fromPs();
}

/** Lists all direct and indirect child processes of `pid`. */
export function descendantsOf(pid: number): readonly ProcessEntry[] {
  const all = listProcesses();
  const found = all.filter((entry) => entry.parentPid === pid);
  for (const parent of found) found.push(...all.filter((entry) => entry.parentPid === parent.pid));
  return found;
}

export function isRunning(pid: number): boolean {
  return listProcesses().some((entry) => entry.pid === pid);
}

/** Reads the kernel's table, because a machine may lack `ps`. */
function fromProc(): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The name in parentheses may contain spaces and parentheses; state and parent follow the last one.
      const [, state, parent] = /^.*\) (\S) (\d+) /s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      if (state === undefined || state === 'Z') continue;
      const commandLine = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trimEnd();
      entries.push({ pid: Number(name), parentPid: Number(parent), commandLine });
    } catch {
      // It exited after the listing.
    }
  }
  return entries;
}

function fromPs(): ProcessEntry[] {
  const table = execFileSync('ps', ['-axo', 'pid=,ppid=,stat=,command='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const [, pid, parentPid, state, commandLine = ''] = /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? [];
    if (pid === undefined || state?.startsWith('Z') === true) return [];
    return [{ pid: Number(pid), parentPid: Number(parentPid), commandLine }];
  });
}
