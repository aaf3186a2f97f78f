import { lstat, readdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import { AttemptFailure, type AttemptScratch } from '@hourglass/reports';
import type { Scratch } from './scratch.ts';

export interface AttemptScratchOptions {
  readonly directory: string;
  /** No attempt starts with less free disk space, which running attempts need to finish. */
  readonly minFreeBytes: number;
  /** Maximum total size of an attempt's files. Segments, which are hard links, do not count. */
  readonly maxBytes: number;
  readonly checkEveryMs?: number;
}

const mebibyte = 1024 * 1024;

/**
 * Adds disk limits to scratch directories. `within` throws AttemptFailure `diskFull` when too little space is free. Its
 * signal aborts with `diskFull` or `temporaryDisk` when a limit is exceeded while the attempt runs.
 */
export function createAttemptScratch(
  scratch: Scratch,
  { directory: parent, minFreeBytes, maxBytes, checkEveryMs = 1_000 }: AttemptScratchOptions,
): AttemptScratch {
  return {
    within: (work, name) =>
      scratch.within(async (directory) => {
        if ((await freeBytes(parent)) < minFreeBytes) throw new AttemptFailure('diskFull');
        const overfull = new AbortController();
        const check = async () => {
          const failure = await findFailure(directory);
          if (failure !== null) overfull.abort(failure);
        };
        // Fails when the directory is deleted during the check; there is nothing left to limit then.
        const timer = setInterval(() => void check().catch(() => {}), checkEveryMs);
        try {
          return await work(directory, overfull.signal);
        } finally {
          clearInterval(timer);
        }
      }, name),
  };

  async function findFailure(directory: string): Promise<AttemptFailure | null> {
    // Running attempts may use half of the space that an attempt needs to start.
    if ((await freeBytes(parent)) < minFreeBytes / 2) return new AttemptFailure('diskFull');
    if ((await totalBytes(directory)) <= maxBytes) return null;
    return new AttemptFailure('temporaryDisk', { maxSpillMb: Math.floor(maxBytes / mebibyte) });
  }
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** Files with several links are segments, whose bytes exist without the attempt. */
async function totalBytes(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const found = await lstat(path.join(entry.parentPath, entry.name)).catch(() => null);
    if (found?.nlink === 1) bytes += found.size;
  }
  return bytes;
}
