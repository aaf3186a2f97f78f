import { lstat, readdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import { AttemptFailure, type AttemptScratch } from '@hourglass/reports';
import type { Scratch } from './scratch.ts';

export interface AttemptScratchOptions {
  readonly directory: string;
  /** With less room on the disk no attempt begins: it would take what others need to end. */
  readonly minFreeBytes: number;
  /** What the files of one attempt may have together. Segments, which are linked into it, are not counted. */
  readonly maxBytes: number;
  readonly checkEveryMs?: number;
}

const mebibyte = 1024 * 1024;

/**
 * The scratch of attempts, looked after: `within` throws AttemptFailure `diskFull` when there is too little room, and tells
 * the same, or `temporaryDisk`, by its signal when it becomes too little while the attempt is at work.
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
          const failure = await faultOf(directory);
          if (failure !== null) overfull.abort(failure);
        };
        // The folder may go at any moment: then there is nothing to look after.
        const timer = setInterval(() => void check().catch(() => {}), checkEveryMs);
        try {
          return await work(directory, overfull.signal);
        } finally {
          clearInterval(timer);
        }
      }, name),
  };

  async function faultOf(directory: string): Promise<AttemptFailure | null> {
    // Half of what it takes to begin is left to whoever has begun.
    if ((await freeBytes(parent)) < minFreeBytes / 2) return new AttemptFailure('diskFull');
    if ((await bytesIn(directory)) <= maxBytes) return null;
    return new AttemptFailure('temporaryDisk', { maxSpillMb: Math.floor(maxBytes / mebibyte) });
  }
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

async function bytesIn(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const found = await lstat(path.join(entry.parentPath, entry.name)).catch(() => null);
    if (found?.nlink === 1) bytes += found.size;
  }
  return bytes;
}
