import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PeriodicJob } from '../periodic-job.ts';

/**
 * Rewrites a file whose age shows that the event loop is alive. The worker serves no HTTP; the image's health check reads
 * this file instead.
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
