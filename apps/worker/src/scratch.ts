import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** Temporary directories, each of which exists for one call. */
export interface Scratch {
  /** Calls `work` with an empty directory and deletes it afterwards. The default name is unique. */
  within<Result>(work: (directory: string) => Promise<Result>, name?: string): Promise<Result>;
}

export function createScratch(parent: string): Scratch {
  return {
    async within(work, name = randomUUID()) {
      const directory = path.join(parent, name);
      // An existing directory of this name is left over from a killed process.
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
