import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PartialShape } from '@hourglass/query';
import { nullWhenMissing } from '../folder-files.ts';

/** Descriptions of shapes in files that are named by their SHA-256. */
export interface KeptShapes {
  /** Null: there is no such description, or it is damaged. */
  find(sha256: string): Promise<PartialShape | null>;
  /** Returns the SHA-256 of the description. */
  keep(shape: PartialShape): Promise<string>;
}

export function createKeptShapes(directory: string): KeptShapes {
  const known = new Map<string, PartialShape>();
  const fileOf = (sha256: string) => path.join(directory, `${sha256}.json`);
  return {
    async find(sha256) {
      const remembered = known.get(sha256);
      if (remembered !== undefined) return remembered;
      const text = await nullWhenMissing(readFile(fileOf(sha256), 'utf8'));
      // The digest proves that the text is one that `keep` wrote.
      if (text === null || digestOf(text) !== sha256) return null;
      const shape = JSON.parse(text) as PartialShape;
      known.set(sha256, shape);
      return shape;
    },
    async keep(shape) {
      const text = JSON.stringify(shape);
      const sha256 = digestOf(text);
      if (known.has(sha256)) return sha256;
      await mkdir(directory, { recursive: true });
      const incoming = path.join(directory, `${randomUUID()}.incoming`);
      await writeFile(incoming, text);
      await rename(incoming, fileOf(sha256));
      known.set(sha256, shape);
      return sha256;
    },
  };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
