import type { BoundPlan, PartialShape } from '@hourglass/query';
import type { PlacedPartial } from './partial-files.ts';
import type { PlacedSegment } from './segment-files.ts';

/** Computes partials outside of reports. */
export interface PartialWriter {
  /** The version of the engine, which is a part of each shape. */
  readonly version: string;
  /**
   * Computes the partial of a segment that hides no facts, as a file in `directory`. Returns null if it is not
   * worth keeping, or a sum does not fit into it. Throws `SegmentTooLarge` and the engine's errors.
   */
  writePartial(
    task: BoundPlan & {
      readonly shape: PartialShape;
      readonly segment: PlacedSegment;
      readonly directory: string;
      readonly signal: AbortSignal;
    },
  ): Promise<PlacedPartial | null>;
}
