import type { TimeRange } from '@hourglass/query/catalogue';
import type { SegmentOwner } from '../segments/segment.ts';
import { countFoundFacts, type CountedFacts, type CountFactsPorts } from './count-found-facts.ts';
import type { FactDeletions } from './fact-deletions.ts';

export interface DeleteFactRangePorts extends CountFactsPorts {
  readonly deletions: Pick<FactDeletions, 'deleteRange' | 'findRange'>;
  /** Called when the facts are deleted but could not be counted. */
  readonly onUncounted: (error: unknown) => void;
}

/**
 * Deletes the facts of the range, and returns the number of those that were visible until then, or
 * null if the object store cannot be read: a deletion does not wait for the store.
 */
export async function deleteFactRange(
  ports: DeleteFactRangePorts,
  owner: SegmentOwner,
  range: TimeRange,
  signal: AbortSignal,
): Promise<{ readonly facts: number | null }> {
  const found = await ports.deletions.deleteRange(owner, range);
  try {
    const { facts } = await countFoundFacts(found, range, ports, signal);
    return { facts };
  } catch (error) {
    ports.onUncounted(error);
    return { facts: null };
  }
}

/** Returns the facts that `deleteFactRange` would delete. Throws the object store's errors. */
export async function previewFactRange(
  ports: Omit<DeleteFactRangePorts, 'onUncounted'>,
  owner: SegmentOwner,
  range: TimeRange,
  signal: AbortSignal,
): Promise<CountedFacts> {
  return countFoundFacts(await ports.deletions.findRange(owner, range), range, ports, signal);
}
