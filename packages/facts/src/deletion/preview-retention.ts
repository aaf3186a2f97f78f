import { countFoundFacts, type CountedFacts, type CountFactsPorts } from './count-found-facts.ts';
import type { FactDeletions } from './fact-deletions.ts';

export interface PreviewRetentionPorts extends CountFactsPorts {
  readonly deletions: Pick<FactDeletions, 'findExpired'>;
}

/**
 * Returns the visible facts that a change of the environment's retention removes, over all datasets
 * of facts. Null stands for the default retention.
 */
export async function previewRetention(
  ports: PreviewRetentionPorts,
  environmentId: number,
  retentionDays: number | null,
  signal: AbortSignal,
): Promise<CountedFacts> {
  let removes: CountedFacts = { facts: 0, bytes: 0 };
  for (const { range, ...found } of await ports.deletions.findExpired(environmentId, retentionDays)) {
    const { facts, bytes } = await countFoundFacts(found, range, ports, signal);
    removes = { facts: removes.facts + facts, bytes: removes.bytes + bytes };
  }
  return removes;
}
