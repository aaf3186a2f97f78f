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

  const candidates = (segmentId: string, wanted: PartialShape) =>
    findCandidates(folderOf(segmentId), wanted, shapes);

  return {
    covers: async (segmentId: string, wanted: PartialShape) =>
      (await candidates(segmentId, wanted)).length > 0,
    /** Links `file` to a partial that covers the shape. Null: there is none. */
    async place(segmentId: string, wanted: PartialShape, file: string): Promise<PlacedPartial | null> {
      for (const { path: kept, rows, sha256, shape } of await candidates(segmentId, wanted)) {
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

/** Returns the kept partials of a segment that cover the shape, the smallest first. */
async function findCandidates(folder: string, wanted: PartialShape, shapes: KeptShapes) {
  const names = (await nullWhenMissing(readdir(folder))) ?? [];
  const found: (PartialName & { readonly path: string; readonly shape: PartialShape })[] = [];
  for (const name of names) {
    const parsed = parsePartialName(name);
    const shape = parsed === null ? null : await shapes.find(parsed.shapeSha256);
    if (parsed === null || shape === null || !coversShape(shape, wanted)) continue;
    found.push({ ...parsed, path: path.join(folder, name), shape });
  }
  return found.toSorted((one, other) => one.rows - other.rows);
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
