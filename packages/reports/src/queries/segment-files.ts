import type { StoredSegment } from '@hourglass/query';
import type { FactSnapshot } from './fact-source.ts';

/** Brings segments from the object store to local disk. */
export interface SegmentFiles {
  /**
   * A verified file for each segment, in their order, inside of `directory` and gone with it. `onPlaced` is called
   * for each. Throws ServiceUnavailable when one cannot be had.
   */
  readonly place: (
    segments: readonly StoredSegment[],
    target: { directory: string; signal: AbortSignal; onPlaced?: () => void },
  ) => Promise<readonly string[]>;
}

/** A snapshot with all of its facts on local disk. */
export interface FactFiles extends Omit<FactSnapshot, 'segments'> {
  readonly segments: readonly PlacedSegment[];
}

export interface PlacedSegment extends Pick<StoredSegment, 'facts' | 'firstMs' | 'lastMs' | 'columns'> {
  readonly path: string;
}
