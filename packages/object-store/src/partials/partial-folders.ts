import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { coversShape, type PartialShape } from '@hourglass/query';
import type { PartialFiles, PlacedPartial } from '@hourglass/reports';
import { nullWhenMissing } from '../folder-files.ts';
import { linkOrCopy } from '../segment-links.ts';
import type { KeptShapes } from './kept-shapes.ts';
import { formatPartialName, parsePartialName, type PartialName } from './partial-name.ts';
import type { PartialSpace } from './partial-space.ts';

const readBytes = 128 * 1024;

interface PartialFoldersOptions {
  /** Contains a folder for each segment. */
  readonly directory: string;
  readonly shapes: KeptShapes;
  readonly space: PartialSpace;
}

/** A file gets its name, which has its SHA-256, when it is complete; every use verifies it. */
export function createPartialFolders({ directory, shapes, space }: PartialFoldersOptions) {
  const folderOf = (segmentId: string) => path.join(directory, segmentId);

  /** The kept partials of a segment that cover the shape, the smallest first. */
  async function candidates(folder: string, wanted: PartialShape): Promise<readonly ListedPartial[]> {
    const kept = await listKept(folder, shapes);
    return kept
      .filter(({ shape }) => coversShape(shape, wanted))
      .toSorted((one, other) => one.rows - other.rows);
  }

  return {
    /** Returns those of the shapes that no partial of the segment covers. */
    async missing(segmentId: string, wanted: readonly PartialShape[]): Promise<readonly PartialShape[]> {
      const kept = await listKept(folderOf(segmentId), shapes);
      return wanted.filter((one) => !kept.some(({ shape }) => coversShape(shape, one)));
    },
    /** Links `file` to a partial that covers the shape. Null: there is none. */
    async place(segmentId: string, wanted: PartialShape, file: string): Promise<PlacedPartial | null> {
      for (const { path: kept, rows, sha256, shape } of await candidates(folderOf(segmentId), wanted)) {
        // Links before anything else: another process may delete the file at any time.
        if ((await nullWhenMissing(linkOrCopy(kept, file).then(() => true))) !== true) continue;
        if ((await sha256Of(file)) === sha256) {
          const now = new Date();
          await nullWhenMissing(utimes(kept, now, now));
          return { path: file, rows, shape };
        }
        await Promise.all([rm(file, { force: true }), rm(kept, { force: true })]);
      }
      return null;
    },
    async keep(
      { id, facts }: Parameters<PartialFiles['keep']>[0],
      { path: file, rows, shape }: PlacedPartial,
      signal: AbortSignal,
    ): Promise<void> {
      const [{ size }, sha256] = await Promise.all([stat(file), sha256Of(file)]);
      if (!(await space.make(size, signal))) return;
      const { sha256: shapeSha256 } = await shapes.keep(shape);
      const folder = folderOf(id);
      await mkdir(folder, { recursive: true });
      const incoming = path.join(folder, `${randomUUID()}.incoming`);
      await linkOrCopy(file, incoming);
      await rename(incoming, path.join(folder, formatPartialName({ shapeSha256, rows, facts, sha256 })));
    },
    listSegments: async () => (await nullWhenMissing(readdir(directory))) ?? [],
    forget: (segmentId: string) => rm(folderOf(segmentId), { recursive: true, force: true }),
  };
}

/** A partial in the folder of its segment, whose content is not verified. */
interface ListedPartial extends PartialName {
  readonly path: string;
  readonly shape: PartialShape;
}

async function listKept(folder: string, shapes: KeptShapes): Promise<readonly ListedPartial[]> {
  const names = (await nullWhenMissing(readdir(folder))) ?? [];
  const found: ListedPartial[] = [];
  for (const name of names) {
    const parsed = parsePartialName(name);
    const shape = parsed === null ? null : await shapes.find(parsed.shapeSha256);
    if (parsed !== null && shape !== null) found.push({ ...parsed, path: path.join(folder, name), shape });
  }
  return found;
}

/** A stream would take twice as long for small files, as most are. */
async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(file);
  try {
    const buffer = Buffer.allocUnsafe(readBytes);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, readBytes);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}
