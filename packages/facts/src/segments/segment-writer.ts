import type { FactRowColumns, SegmentColumn } from '@hourglass/query/catalogue';
import type { SegmentFile } from './segment.ts';

/** The writer's memory or temporary disk does not suffice. A segment with fewer facts may fit. */
export class SegmentTooLarge extends Error {
  constructor(options: ErrorOptions) {
    super('Writing the segment needs more memory or temporary disk than is available', options);
    this.name = 'SegmentTooLarge';
  }
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
  /** Writes one segment with the facts of others, which may have different columns. */
  merge(task: {
    readonly segments: readonly { readonly path: string; readonly columns: readonly SegmentColumn[] }[];
    readonly directory: string;
    readonly signal: AbortSignal;
  }): Promise<SegmentFile>;
}
