import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

const isLinux = process.platform === 'linux';

/** Returns the resident memory of a process in MiB. */
export function residentMib(pid: number): number {
  const kib = isLinux
    ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kib) / 1024;
}

/** Counts the open files of a process. Only Linux tells them cheaply; elsewhere it returns 0. */
export function openFiles(pid: number): number {
  return isLinux ? readdirSync(`/proc/${pid}/fd`).length : 0;
}

/** Returns the value that this share of the values does not exceed, 0 for no values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
