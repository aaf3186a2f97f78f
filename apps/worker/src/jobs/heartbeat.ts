import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PeriodicJob } from '../periodic-job.ts';

/**
 * Renews a file whose age tells from outside that the event loop turns; the worker serves nobody whom one could
 * ask. The image's health check reads it.
 */
export function heartbeatJob(dataDirectory: string): PeriodicJob {
  const file = path.join(dataDirectory, 'worker-heartbeat');
  return {
    name: 'heartbeat',
    everyMs: 5_000,
    async run() {
      await mkdir(dataDirectory, { recursive: true });
      await writeFile(file, `${new Date().toISOString()}\n`);
      return 0;
    },
  };
}
