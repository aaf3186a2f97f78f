import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createSemaphore, type PartialFiles } from '@hourglass/reports';
import { createKeptShapes } from './kept-shapes.ts';
import { createKeptUses } from './kept-uses.ts';
import { createPartialFolders } from './partial-folders.ts';
import { createPartialSpace } from './partial-space.ts';
import { createRefusedShapes } from './refused-shapes.ts';

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
/** Reports for which partials of new segments are computed. */
const maxUses = 256;
/** A weekly report is expected again. */
const maxUseAgeMs = 8 * 24 * 3_600_000;

/** Returns a function that reports the error of a promise and resolves otherwise. */
const faultGuard =
  (onFault: (error: unknown) => void) =>
  <Result>(work: Promise<Result>, otherwise: Result): Promise<Result> =>
    work.catch((error: unknown) => {
      onFault(error);
      return otherwise;
    });

/** Keeps partials as files on the local disk. */
export function createPartialFiles({
  directory,
  maxBytes,
  minFacts = defaultMinFacts,
  onFault,
}: PartialFilesOptions): PartialFiles {
  const semaphore = createSemaphore(concurrentPlacings);
  const segmentsFolder = path.join(directory, 'segments');
  const shapes = createKeptShapes({ directory: path.join(directory, 'shapes'), maxShapes });
  const usesFolder = path.join(directory, 'uses');
  const uses = createKeptUses({ directory: usesFolder, maxUses, maxAgeMs: maxUseAgeMs });
  const space = createPartialSpace(segmentsFolder, maxBytes);
  const folders = createPartialFolders({ directory: segmentsFolder, shapes, space });
  const refused = createRefusedShapes();
  const orAfterFault = faultGuard(onFault);
  return {
    minFacts,
    uses: { ...uses, record: (shape, plan) => orAfterFault(uses.record(shape, plan), undefined) },
    async place(segments, { shape, directory: target, signal }) {
      const folder = path.join(target, 'partials');
      await mkdir(folder, { recursive: true });
      const placed = await Promise.all(
        segments.map(({ id }) =>
          semaphore.run(signal, async () => {
            const file = path.join(folder, `${id}.parquet`);
            const partial = await orAfterFault(folders.place(id, shape, file), null);
            return partial === null ? [] : [[id, partial] as const];
          }),
        ),
      );
      return new Map(placed.flat());
    },
    async isKnown(shape) {
      const kept = await orAfterFault(shapes.keep(shape), null);
      return kept?.wasKept ?? false;
    },
    missing: ({ id }, wanted) => folders.missing(id, wanted),
    async keep(segment, partial, signal) {
      await orAfterFault(folders.keep(segment, partial, signal), undefined);
      signal.throwIfAborted();
    },
    refuse(shape, environmentId, fault) {
      if (fault !== null) onFault(fault);
      refused.add(shape, environmentId);
    },
    isRefused: (shape, environmentId) => refused.has(shape, environmentId),
    listSegments: () => folders.listSegments(),
    forget: (segmentId) => folders.forget(segmentId),
  };
}
