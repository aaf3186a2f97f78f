import type { SegmentColumn } from '@hourglass/query';

/** One immutable Parquet file of sorted facts, on local disk, before it is stored. */
export interface SegmentFile {
  readonly path: string;
  readonly bytes: number;
  /** Of the whole file, hex. */
  readonly sha256: string;
  readonly facts: number;
  /** Of the oldest and of the newest fact, both included. Milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Besides `environment_id` and `timestamp`. A column that is not there is null for every fact. */
  readonly columns: readonly SegmentColumn[];
}

/** Whose facts a segment holds: of one environment and one dataset. */
export interface SegmentOwner {
  readonly environmentId: number;
  readonly dataset: string;
}

/** A segment whose object is to be written: `key` is where. */
export interface IncomingSegment {
  readonly id: string;
  readonly key: string;
}
