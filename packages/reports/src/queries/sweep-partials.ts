import { isUuid } from '../uuid.ts';
import type { PartialFiles } from './partial-files.ts';

export interface SweepPartialsPorts {
  readonly segments: {
    /** Returns those of the ids that no live segment has. */
    goneSegments(ids: readonly string[]): Promise<readonly string[]>;
  };
  readonly partials: Pick<PartialFiles, 'listSegments' | 'forget'>;
}

/** Segments of one statement. */
const batchSize = 1_000;

/**
 * Deletes the partials of segments that were merged, rewritten or deleted, on this machine: no report
 * reads them again, and they may contain values of facts that were deleted. Returns the number of these segments.
 */
export async function sweepPartials({ segments, partials }: SweepPartialsPorts): Promise<number> {
  const ids = (await partials.listSegments()).filter(isUuid);
  let swept = 0;
  for (let first = 0; first < ids.length; first += batchSize) {
    const gone = await segments.goneSegments(ids.slice(first, first + batchSize));
    for (const id of gone) await partials.forget(id);
    swept += gone.length;
  }
  return swept;
}
