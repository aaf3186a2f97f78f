import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PartialShape } from '@hourglass/query';
import { nullWhenMissing } from '../folder-files.ts';
import { deleteOldestFiles } from './oldest-files.ts';

/** Descriptions of shapes in files that are named by their SHA-256. */
export interface KeptShapes {
  /** Null: there is no such description, or it is damaged. */
  find(sha256: string): Promise<PartialShape | null>;
  /** Keeps a description. Returns its SHA-256, and whether it was kept before. */
  keep(shape: PartialShape): Promise<{ readonly sha256: string; readonly wasKept: boolean }>;
}

export interface KeptShapesOptions {
  readonly directory: string;
  /** When there are more, the half that was not asked for the longest is deleted. */
  readonly maxShapes: number;
}

export function createKeptShapes({ directory, maxShapes }: KeptShapesOptions): KeptShapes {
  const known = new Map<string, PartialShape>();
  const fileOf = (sha256: string) => path.join(directory, `${sha256}.json`);

  async function write(sha256: string, text: string): Promise<void> {
    await mkdir(directory, { recursive: true });
    await deleteOldestFiles(directory, maxShapes);
    if (known.size >= maxShapes) known.clear();
    const incoming = path.join(directory, `${randomUUID()}.incoming`);
    await writeFile(incoming, text);
    await rename(incoming, fileOf(sha256));
  }

  return {
    async find(sha256) {
      const remembered = known.get(sha256);
      if (remembered !== undefined) return remembered;
      const text = await nullWhenMissing(readFile(fileOf(sha256), 'utf8'));
      // The digest proves that the text is one that was written here.
      if (text === null || digestOf(text) !== sha256) return null;
      const shape = JSON.parse(text) as PartialShape;
      known.set(sha256, shape);
      return shape;
    },
    async keep(shape) {
      const text = JSON.stringify(shape);
      const sha256 = digestOf(text);
      const now = new Date();
      const touched = await nullWhenMissing(utimes(fileOf(sha256), now, now).then(() => true));
      if (touched === null) await write(sha256, text);
      return { sha256, wasKept: touched !== null };
    },
  };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
