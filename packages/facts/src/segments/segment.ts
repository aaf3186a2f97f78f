import type { SegmentColumn } from '@hourglass/query/catalogue';

/** One immutable Parquet file of sorted facts, on local disk, before it is stored. */
export interface SegmentFile {
  readonly path: string;
  readonly bytes: number;
  /** Hash of the whole file, in hex. */
  readonly sha256: string;
  readonly facts: number;
  /** Time of the oldest and of the newest fact, in milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The value columns of the file. Any other column of the dataset is null for every fact. */
  readonly columns: readonly SegmentColumn[];
}

/** The environment and dataset whose facts a segment contains. */
export interface SegmentOwner {
  readonly environmentId: number;
  readonly dataset: string;
}

/** A registered segment and the key of its object. */
export interface IncomingSegment {
  readonly id: string;
  readonly environmentId: number;
  readonly key: string;
}
