import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parsePlan, type Plan } from '@hourglass/query';
import type { PartialUses } from '@hourglass/reports';
import { nullWhenMissing } from '../folder-files.ts';
import { deleteOldestFiles } from './oldest-files.ts';

export interface KeptUsesOptions {
  readonly directory: string;
  /** When there are more, the older half is deleted. */
  readonly maxUses: number;
  readonly maxAgeMs: number;
}

/** Keeps plans in files that are named by environment and shape. Those that are too old or damaged are deleted. */
export function createKeptUses({ directory, maxUses, maxAgeMs }: KeptUsesOptions): PartialUses {
  const listFiles = async () => (await nullWhenMissing(readdir(directory))) ?? [];

  /** Null: the file is gone, too old or damaged. */
  async function read(file: string): Promise<{ readonly plan: Plan; readonly usedMs: number } | null> {
    const found = await nullWhenMissing(stat(file));
    const text = await nullWhenMissing(readFile(file, 'utf8'));
    if (found === null || text === null) return null;
    const plan = Date.now() - found.mtimeMs > maxAgeMs ? null : planOf(text);
    if (plan !== null) return { plan, usedMs: found.mtimeMs };
    await rm(file, { force: true });
    return null;
  }

  return {
    async record({ id }, plan) {
      await mkdir(directory, { recursive: true });
      const name = `${plan.tenant.environmentId}-${id}.json`;
      const incoming = path.join(directory, `${randomUUID()}.incoming`);
      await writeFile(incoming, JSON.stringify(plan));
      const isNew = (await nullWhenMissing(stat(path.join(directory, name)))) === null;
      if (isNew) await deleteOldestFiles(directory, maxUses);
      await rename(incoming, path.join(directory, name));
    },
    async list() {
      const names = (await listFiles()).filter((name) => name.endsWith('.json'));
      const uses = await Promise.all(names.map((name) => read(path.join(directory, name))));
      return uses
        .filter((use) => use !== null)
        .toSorted((one, other) => other.usedMs - one.usedMs)
        .map(({ plan }) => plan);
    },
    async forget(environmentId) {
      const names = (await listFiles()).filter((name) => name.startsWith(`${environmentId}-`));
      for (const name of names) await rm(path.join(directory, name), { force: true });
    },
  };
}

/** Null: the text is damaged, or of a plan that this software does not know. */
function planOf(text: string): Plan | null {
  try {
    return parsePlan(JSON.parse(text));
  } catch {
    return null;
  }
}
