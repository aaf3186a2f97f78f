import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { removeAbandonedScratch } from './abandoned-scratch.ts';
import type { AttemptWork, QueryStore } from './query-store.ts';
import { uuidPattern } from '../uuid.ts';

const attemptFolder = new RegExp(String.raw`^(${uuidPattern})-([1-9]\d{0,8})$`);
const spillFolder = /^spill-/;

/**
 * Removes what killed workers have left in the scratch, which other workers may share: folders of attempts that are not
 * running, and what engines spilled longer ago than any run lasts. Answers how many attempts left something.
 */
export async function sweepScratch(
  { queries }: { readonly queries: Pick<QueryStore, 'orphanedWork'> },
  { scratchDirectory, maxRunMs }: { readonly scratchDirectory: string; readonly maxRunMs: number },
): Promise<number> {
  const names = await readdir(scratchDirectory).catch((): string[] => []);
  const unowned = await queries.orphanedWork(names.flatMap(attemptOfFolder));
  for (const name of unowned) await rm(path.join(scratchDirectory, name), { recursive: true, force: true });
  await removeAbandonedScratch(scratchDirectory, maxRunMs, spillFolder);
  return unowned.length;
}

function attemptOfFolder(name: string): AttemptWork[] {
  const [, queryId, attempt] = attemptFolder.exec(name) ?? [];
  return queryId === undefined ? [] : [{ key: name, queryId, attempt: Number(attempt) }];
}
