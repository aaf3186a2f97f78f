import type { FactRowColumns, StoredSegment } from '@hourglass/query/catalogue';
import type { SegmentFile } from './segment.ts';

/** The writer's memory or temporary disk does not suffice. A segment with fewer facts may fit. */
export class SegmentTooLarge extends Error {
  constructor(options: ErrorOptions) {
    super('Writing the segment needs more memory or temporary disk than is available', options);
    this.name = 'SegmentTooLarge';
  }
}

export interface MergedSegment extends Pick<StoredSegment, 'firstMs' | 'lastMs' | 'columns' | 'deletions'> {
  readonly path: string;
}

/** Writes segments to files in `directory`. Throws `SegmentTooLarge` and errors of the engine. */
export interface SegmentWriter {
  /** Writes a segment of copied hot facts. */
  seal(task: {
    readonly csvPath: string;
    /** The columns of the CSV file. */
    readonly columns: FactRowColumns;
    readonly directory: string;
    readonly signal: AbortSignal;
  }): Promise<SegmentFile>;
  /**
   * Writes one segment with the facts of others, which may have different columns. Leaves out
   * deleted facts and those before `expiredBeforeMs`; `removed` is their number.
   */
  merge(task: {
    readonly segments: readonly MergedSegment[];
    readonly expiredBeforeMs: number | null;
    readonly directory: string;
    readonly signal: AbortSignal;
  }): Promise<{ readonly file: SegmentFile; readonly removed: number }>;
}
