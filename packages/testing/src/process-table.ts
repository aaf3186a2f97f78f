import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly commandLine: string;
}

/** All processes of this machine but those that have ended and only wait for their parent to ask. */
export function listProcesses(): readonly ProcessEntry[] {
  return process.platform === 'linux' ? fromProc() : fromPs();
}

/** Everything that `pid` has started, and what that has started. */
export function descendantsOf(pid: number): readonly ProcessEntry[] {
  const all = listProcesses();
  const found = all.filter((entry) => entry.parentPid === pid);
  for (const parent of found) found.push(...all.filter((entry) => entry.parentPid === parent.pid));
  return found;
}

export function isRunning(pid: number): boolean {
  return listProcesses().some((entry) => entry.pid === pid);
}

/** The kernel's own table: a machine with nothing but Node.js may have no `ps`. */
function fromProc(): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The name in parentheses may itself hold spaces and parentheses; state and parent follow the last one.
      const [, state, parent] = /^.*\) (\S) (\d+) /s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      if (state === undefined || state === 'Z') continue;
      const commandLine = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trimEnd();
      entries.push({ pid: Number(name), parentPid: Number(parent), commandLine });
    } catch {
      // It ended between the listing and the reading.
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
