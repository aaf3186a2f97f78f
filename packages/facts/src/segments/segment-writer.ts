import type { FactRowColumns, SegmentColumn } from '@hourglass/query';
import type { SegmentFile } from './segment.ts';

/** The writer's memory or temporary disk does not suffice: fewer facts at a time may. */
export class SegmentTooLarge extends Error {
  constructor(options: ErrorOptions) {
    super('The segment needs more memory or temporary disk than there is for writing one', options);
    this.name = 'SegmentTooLarge';
  }
}

/** Writes segments. Files are made in `directory`. Throws `SegmentTooLarge` and what the engine throws. */
export interface SegmentWriter {
  /** Of copied hot facts. */
  seal(task: {
    readonly csvPath: string;
    /** Of the file. */
    readonly columns: FactRowColumns;
    readonly directory: string;
    readonly signal: AbortSignal;
  }): Promise<SegmentFile>;
  /** Of other segments, also of ones that lack columns that others have. */
  merge(task: {
    readonly segments: readonly { readonly path: string; readonly columns: readonly SegmentColumn[] }[];
    readonly directory: string;
    readonly signal: AbortSignal;
  }): Promise<SegmentFile>;
}
