import type { CrashPoint } from '@hourglass/facts';

/** Ends this process as `kill -9` would when it comes to the chosen point; null: never. */
export function crashAt(chosen: string | null): CrashPoint {
  return (name) => {
    if (name === chosen) process.kill(process.pid, 'SIGKILL');
  };
}
