import type { StoredSegment } from '@hourglass/query';
import type { FactSnapshot } from './fact-source.ts';
import type { ReportPartials } from './partial-files.ts';

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
