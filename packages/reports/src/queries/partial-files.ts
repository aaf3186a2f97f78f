import type { PartialShape, Plan, StoredSegment } from '@hourglass/query';

/** A partial on the local disk, in the directory of a task. */
export interface PlacedPartial {
  readonly path: string;
  readonly rows: number;
  /** Its own, which covers that of the report. */
  readonly shape: PartialShape;
}

/**
 * Keeps partial aggregates of whole segments, which reports read instead of the segments. A partial
 * is never stale: it belongs to the id of a segment, which never changes, and a report asks for the
 * segments of its snapshot only. A fault of the disk is as if there were no partials.
 */
export interface PartialFiles {
  /** A segment with fewer facts is read as fast as its partial. */
  readonly minFacts: number;
  readonly uses: PartialUses;
  /**
   * Places a verified partial for each segment that has one from which the shape can be computed.
   * Returns them by the ids of their segments. A damaged partial is as if it did not exist.
   */
  place(
    segments: readonly Pick<StoredSegment, 'id'>[],
    target: { readonly shape: PartialShape; readonly directory: string; readonly signal: AbortSignal },
  ): Promise<ReadonlyMap<string, PlacedPartial>>;
  /** Whether a report has asked for this shape before. Remembers that one has. */
  isKnown(shape: PartialShape): Promise<boolean>;
  /** Returns those of the shapes that cannot be computed from a partial of the segment. Verifies none. */
  missing(
    segment: Pick<StoredSegment, 'id'>,
    shapes: readonly PartialShape[],
  ): Promise<readonly PartialShape[]>;
  /** Keeps a partial of a segment, if there is room. Its file stays where it is. */
  keep(
    segment: Pick<StoredSegment, 'id' | 'facts'>,
    partial: PlacedPartial,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Remembers that partials of this shape are not worth keeping: they are hardly smaller than the facts of
   * the environment, or `fault` occurred.
   */
  refuse(shape: PartialShape, environmentId: number, fault: unknown): void;
  isRefused(shape: PartialShape, environmentId: number): boolean;
  /** Returns the ids of the segments that have partials. */
  listSegments(): Promise<readonly string[]>;
  /** Deletes the partials of a segment. */
  forget(segmentId: string): Promise<void>;
}

/** The reports that read partials, for which those of new segments are computed in advance. */
export interface PartialUses {
  /** Remembers that the report of a plan reads partials of this shape now. */
  record(shape: PartialShape, plan: Plan): Promise<void>;
  /** Returns the last plan of each shape that was read within the last days, the latest first. */
  list(): Promise<readonly Plan[]>;
  /** Forgets the plans of an environment, which contain values of its facts. */
  forget(environmentId: number): Promise<void>;
}
