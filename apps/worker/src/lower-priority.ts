import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** Answers come before reports where the API or the database share a machine with them. */
export function lowerPriority(): void {
  for (const thread of ownThreads()) setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
}

/**
 * On Linux each thread has a priority of its own and hands it on to those that it begins. Node.js has begun some before
 * it comes to our code, the engine works on these and begins its own from them. Elsewhere the process has one for all.
 */
function ownThreads(): readonly number[] {
  return process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid];
}
