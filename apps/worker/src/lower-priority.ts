import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Niceness of the engine's threads: a third of the processor time of an equal thread of an API or a database. With
 * that of the main thread, a tenth, a worker beside busy processes hardly makes progress.
 */
const engineNiceness = 5;

/**
 * Lets reports run at lower priority than an API and a database on the same machine. On Linux each thread has a
 * priority of its own: the threads that exist are those of libuv, which run the engine, and new ones inherit the
 * priority of the thread that creates them. Elsewhere the priority is that of the process.
 */
export function lowerPriority(): void {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  if (process.platform !== 'linux') return;
  const threads = readdirSync('/proc/self/task').map(Number);
  for (const thread of threads) if (thread !== process.pid) lowerThread(thread);
}

function lowerThread(thread: number): void {
  try {
    setPriority(thread, engineNiceness);
  } catch {
    // The thread has ended meanwhile. A worker must not fail to start for that.
  }
}
