import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { coversShape, type PartialShape } from '@hourglass/query';
import { createSemaphore, type PartialFiles, type PlacedPartial } from '@hourglass/reports';
import { nullWhenMissing } from '../folder-files.ts';
import { linkOrCopy } from '../segment-links.ts';
import { createKeptShapes } from './kept-shapes.ts';
import { createPartialSpace } from './partial-space.ts';
import { formatPartialName, parsePartialName, type PartialName } from './partial-name.ts';

export interface PartialFilesOptions {
  /** Several processes may use it. */
  readonly directory: string;
  /** Bound of the files kept, which each process keeps to by itself. */
  readonly maxBytes: number;
  /** Segments with fewer facts have no partials. */
  readonly minFacts?: number;
  /** Called with faults of the disk and of the engine, which make reports slower and nothing else. */
  readonly onFault: (error: unknown) => void;
}

const defaultMinFacts = 50_000;
/** Partials that are placed at a time. */
const concurrentPlacings = 8;
/** Descriptions of a few kilobytes. */
const maxShapes = 4_000;
/** Shapes whose refusal is remembered. One that is forgotten costs a sample of facts. */
const maxRefused = 1_000;

/**
 * Keeps partials as files on the local disk: a folder for each segment. A file gets its name, which has
 * its SHA-256, when it is complete; every use verifies it.
 */
export function createPartialFiles({
  directory,
  maxBytes,
  minFacts = defaultMinFacts,
  onFault,
}: PartialFilesOptions): PartialFiles {
  const semaphore = createSemaphore(concurrentPlacings);
  const segmentsFolder = path.join(directory, 'segments');
  const folderOf = (id: string) => path.join(segmentsFolder, id);
  const shapes = createKeptShapes({ directory: path.join(directory, 'shapes'), maxShapes });
  const space = createPartialSpace(segmentsFolder, maxBytes);
  const refused = new Set<string>();

  /** The kept partials of a segment that cover the shape, the smallest first. */
  async function candidates(id: string, wanted: PartialShape) {
    const names = (await nullWhenMissing(readdir(folderOf(id)))) ?? [];
    const found: (PartialName & { readonly path: string; readonly shape: PartialShape })[] = [];
    for (const name of names) {
      const parsed = parsePartialName(name);
      const shape = parsed === null ? null : await shapes.find(parsed.shapeSha256);
      if (parsed === null || shape === null || !coversShape(shape, wanted)) continue;
      found.push({ ...parsed, path: path.join(folderOf(id), name), shape });
    }
    return found.toSorted((one, other) => one.rows - other.rows);
  }

  async function placeOne(id: string, wanted: PartialShape, file: string): Promise<PlacedPartial | null> {
    for (const { path: kept, rows, sha256, shape } of await candidates(id, wanted)) {
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
  }

  async function keepOne(
    { id, facts }: Parameters<PartialFiles['keep']>[0],
    { path: file, rows, shape }: PlacedPartial,
    signal: AbortSignal,
  ): Promise<void> {
    const [{ size }, sha256] = await Promise.all([stat(file), sha256Of(file)]);
    if (!(await space.make(size, signal))) return;
    const shapeSha256 = await shapes.keep(shape);
    const folder = folderOf(id);
    await mkdir(folder, { recursive: true });
    const incoming = path.join(folder, `${randomUUID()}.incoming`);
    await linkOrCopy(file, incoming);
    await rename(incoming, path.join(folder, formatPartialName({ shapeSha256, rows, facts, sha256 })));
  }

  return {
    minFacts,
    async place(segments, { shape, directory: target, signal }) {
      const folder = path.join(target, 'partials');
      await mkdir(folder, { recursive: true });
      const placed = await Promise.all(
        segments.map(({ id }) =>
          semaphore.run(signal, async () => {
            const placing = placeOne(id, shape, path.join(folder, `${id}.parquet`));
            const partial = await placing.catch((error: unknown) => {
              onFault(error);
              return null;
            });
            return partial === null ? [] : [[id, partial] as const];
          }),
        ),
      );
      return new Map(placed.flat());
    },
    isKnown: (shape) =>
      shapes.remember(shape).catch((error: unknown) => {
        onFault(error);
        return false;
      }),
    listSegments: async () => (await nullWhenMissing(readdir(segmentsFolder))) ?? [],
    forget: (segmentId) => rm(folderOf(segmentId), { recursive: true, force: true }),
    keep: (segment, partial, signal) =>
      keepOne(segment, partial, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        onFault(error);
      }),
    refuse(shape, environmentId, fault) {
      if (fault !== null) onFault(fault);
      const key = `${environmentId} ${shape.id}`;
      refused.delete(key);
      refused.add(key);
      for (const oldest of refused) {
        if (refused.size <= maxRefused) break;
        refused.delete(oldest);
      }
    },
    isRefused: (shape, environmentId) => refused.has(`${environmentId} ${shape.id}`),
  };
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
