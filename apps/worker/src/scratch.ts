import { randomUUID } from 'node:crypto';
import { mkdir, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { AttemptFailure } from '@hourglass/reports';

/** Folders for as long as somebody works in them. */
export interface Scratch {
  /** Calls `work` with an empty folder; by default with one that nobody else has. */
  within<Result>(work: (directory: string) => Promise<Result>, name?: string): Promise<Result>;
}

/** `within` throws AttemptFailure `diskFull` when the disk has less than `minFreeBytes` of room. */
export function createScratch(
  parent: string,
  { minFreeBytes = 0 }: { readonly minFreeBytes?: number } = {},
): Scratch {
  return {
    async within(work, name = randomUUID()) {
      await mkdir(parent, { recursive: true });
      const { bavail, bsize } = await statfs(parent);
      if (bavail * bsize < minFreeBytes) throw new AttemptFailure('diskFull');
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
