import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { removeAbandonedScratch } from './abandoned-scratch.ts';
import type { AttemptWork, QueryStore } from './query-store.ts';
import { uuidPattern } from '../uuid.ts';

const attemptFolder = new RegExp(String.raw`^(${uuidPattern})-([1-9]\d{0,8})$`);
const spillFolder = /^spill-/;

/**
 * Deletes what killed workers left in the scratch directory, which workers may share: directories
 * of attempts that are not running, and spill directories that are older than any run. Returns the
 * number of attempt directories.
 */
export async function sweepScratch(
  { queries }: { readonly queries: Pick<QueryStore, 'orphanedWork'> },
  { scratchDirectory, maxRunMs }: { readonly scratchDirectory: string; readonly maxRunMs: number },
): Promise<number> {
  const names = await readdir(scratchDirectory).catch((): string[] => []);
  const orphaned = await queries.orphanedWork(names.flatMap(attemptOfFolder));
  for (const name of orphaned) await rm(path.join(scratchDirectory, name), { recursive: true, force: true });
  await removeAbandonedScratch(scratchDirectory, maxRunMs, spillFolder);
  return orphaned.length;
}

function attemptOfFolder(name: string): AttemptWork[] {
  const [, queryId, attempt] = attemptFolder.exec(name) ?? [];
  return queryId === undefined ? [] : [{ key: name, queryId, attempt: Number(attempt) }];
}
