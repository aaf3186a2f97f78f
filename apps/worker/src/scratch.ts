import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** Folders for as long as somebody works in them. */
export interface Scratch {
  within<Result>(work: (directory: string) => Promise<Result>): Promise<Result>;
}

export function createScratch(parent: string): Scratch {
  return {
    async within(work) {
      const directory = path.join(parent, randomUUID());
      await mkdir(directory, { recursive: true });
      try {
        return await work(directory);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}
