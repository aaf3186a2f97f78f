import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** Folders for as long as somebody works in them. */
export interface Scratch {
  /** Calls `work` with an empty folder; by default with one that nobody else has. */
  within<Result>(work: (directory: string) => Promise<Result>, name?: string): Promise<Result>;
}

export function createScratch(parent: string): Scratch {
  return {
    async within(work, name = randomUUID()) {
      const directory = path.join(parent, name);
      // One with this name can only be left over from a process that was killed.
      await rm(directory, { recursive: true, force: true });
      await mkdir(directory, { recursive: true });
      try {
        return await work(directory);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}
