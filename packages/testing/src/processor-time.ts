import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Linux counts processor time in ticks of this length for programs, whatever its timer does. */
const tickMs = 10;

/** Returns the processor time in milliseconds that a process has spent, in all its threads. */
export function processorMsOf(pid: number): number {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

function fromProc(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Fields 14 and 15, counted behind the name, which may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** Reads `[hours:]minutes:seconds`. */
function fromPs(pid: number): number {
  const time = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' });
  return time.split(':').reduce((total, part) => total * 60 + Number(part), 0) * 1000;
}

/**
 * Runs `work` and returns the processor time in milliseconds that the API at `url` spent meanwhile, in all its
 * threads. It bounds the time for which the API served no other request, and unlike a duration it hardly depends on
 * other processes of the machine. Includes reading the metrics once, a few milliseconds.
 */
export async function processorMs(url: string, work: () => Promise<unknown>): Promise<number> {
  const before = await totalMs(url);
  await work();
  return (await totalMs(url)) - before;
}

/**
 * Repeats `work` until the API spends at most `untilMs` on it, and returns the least processor time of up to `runs`
 * runs: the first runs also compile code, and any run may meet a garbage collection.
 */
export async function leastProcessorMs(
  url: string,
  work: () => Promise<unknown>,
  { untilMs, runs = 20 }: { readonly untilMs: number; readonly runs?: number },
): Promise<number> {
  let least = Infinity;
  for (let run = 1; run <= runs && least > untilMs; run += 1) {
    least = Math.min(least, await processorMs(url, work));
  }
  return least;
}

async function totalMs(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const seconds = /^process_cpu_seconds_total (\S+)$/m.exec(metrics)?.[1];
  if (seconds === undefined) throw new Error('the API reports no process_cpu_seconds_total');
  return Number(seconds) * 1000;
}
