import type { FactDeletions, FoundFacts } from '@hourglass/facts';
import type { AuditDetails, AuditOf } from '@hourglass/reports';

/** Creates a store that writes the event of each deletion with it. */
export type AuditedDeletions = (audit: AuditOf<FoundFacts>) => FactDeletions;

/** Facts in segments are counted after the deletion, which does not wait for the object store. */
export function deletedFactsOf({ hotFacts, segments }: FoundFacts): AuditDetails {
  return { hotFacts, segments: segments.length };
}
