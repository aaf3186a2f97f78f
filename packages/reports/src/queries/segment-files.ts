import type { PartialShape, StoredSegment } from '@hourglass/query';
import type { FactSnapshot } from './fact-source.ts';
import type { PlacedPartial } from './partial-files.ts';

/** Copies segments from the object store to the local disk. */
export interface SegmentFiles {
  /**
   * Places one verified file for each segment of the environment into `directory` and returns their
   * paths in the order of `segments`. Calls `onPlaced` after each file.
   * @throws ForeignObject when a segment is not below the environment's prefix
   * @throws ServiceUnavailable when a segment cannot be read
   */
  readonly place: (
    segments: readonly StoredSegment[],
    target: { environmentId: number; directory: string; signal: AbortSignal; onPlaced?: () => void },
  ) => Promise<readonly string[]>;
}

/** A snapshot whose facts are all on the local disk. */
export interface FactFiles extends Omit<FactSnapshot, 'segments'> {
  readonly segments: readonly PlacedSegment[];
  /** Absent: `segments` are those of the snapshot, and no partials are wanted. */
  readonly partials?: ReportPartials;
}

export interface PlacedSegment extends Pick<
  StoredSegment,
  'facts' | 'firstMs' | 'lastMs' | 'columns' | 'deletions'
> {
  readonly path: string;
}

/** The partials of a report. The facts of other segments and hot facts are read as they are. */
export interface ReportPartials {
  readonly shape: PartialShape;
  /** They cover the segments of the snapshot that are not placed. */
  readonly covering: readonly PlacedPartial[];
  /** Those of the placed segments that a partial would cover, the oldest first. */
  readonly coverable: readonly PlacedSegment[];
  /** Keeps a partial that was computed from a coverable segment. */
  keep(segment: PlacedSegment, partial: PlacedPartial, signal: AbortSignal): Promise<void>;
  /** No further partials of this shape will be computed. `fault`: an error of the engine, or null. */
  refuse(fault: unknown): void;
  /** Places the segments that are covered, too. */
  placeCovered(): Promise<readonly PlacedSegment[]>;
}
