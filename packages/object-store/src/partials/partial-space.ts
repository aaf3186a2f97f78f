import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { createSemaphore } from '@hourglass/reports';
import { nullWhenMissing } from '../folder-files.ts';
import { evictedPartials, type KeptPartial } from './evicted-partials.ts';
import { parsePartialName } from './partial-name.ts';

/** After a look at all files this share of the space is free, so that the next look is not needed soon. */
const freedShare = 0.1;
/** Other processes keep partials, too. */
const partialsBetweenLooks = 256;

/** The disk space of the partials in a folder with one folder for each segment. */
export interface PartialSpace {
  /** Deletes partials until another one of this size has room. Returns false if it is too large. */
  make(bytes: number, signal: AbortSignal): Promise<boolean>;
}

export function createPartialSpace(directory: string, maxBytes: number): PartialSpace {
  const semaphore = createSemaphore(1);
  let usedBytes = 0;
  let partialsUntilLook = 0;

  async function look(bytes: number): Promise<void> {
    const kept = await listPartials(directory);
    const isFull = kept.reduce((sum, partial) => sum + partial.bytes, bytes) > maxBytes;
    const wantedBytes = Math.max(0, maxBytes * (1 - freedShare) - bytes);
    const evicted = isFull ? evictedPartials(kept, { maxBytes: wantedBytes, nowMs: Date.now() }) : [];
    for (const { path: file } of evicted) await rm(file, { force: true });
    const gone = new Set(evicted);
    usedBytes = kept.reduce((sum, partial) => sum + (gone.has(partial) ? 0 : partial.bytes), 0);
    partialsUntilLook = partialsBetweenLooks;
  }

  return {
    make: (bytes, signal) =>
      semaphore.run(signal, async () => {
        if (bytes > maxBytes) return false;
        if (partialsUntilLook === 0 || usedBytes + bytes > maxBytes) await look(bytes);
        partialsUntilLook -= 1;
        usedBytes += bytes;
        return true;
      }),
  };
}

async function listPartials(directory: string): Promise<readonly KeptPartial[]> {
  const kept: KeptPartial[] = [];
  for (const segment of (await nullWhenMissing(readdir(directory))) ?? []) {
    const folder = path.join(directory, segment);
    for (const name of (await nullWhenMissing(readdir(folder))) ?? []) {
      const file = path.join(folder, name);
      const found = await nullWhenMissing(stat(file));
      // Another process deleted it.
      if (found === null) continue;
      const facts = parsePartialName(name)?.facts;
      kept.push({ path: file, bytes: found.size, usedMs: found.mtimeMs, facts: facts ?? 1 });
    }
  }
  return kept;
}
