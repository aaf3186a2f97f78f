import { countInFiles, type CountFactsPorts } from './count-found-facts.ts';
import type { BatchDeletion, FactDeletions } from './fact-deletions.ts';

export interface DeleteBatchPorts extends CountFactsPorts {
  readonly deletions: Pick<FactDeletions, 'deleteBatch' | 'findBatch'>;
  /** Called when the facts are deleted or found but could not be counted. */
  readonly onUncounted: (error: unknown) => void;
}

export type DeletedBatchFacts =
  | Exclude<BatchDeletion, { readonly kind: 'deleted' }>
  /** Null: the object store cannot be read, for which a deletion does not wait. */
  | { readonly kind: 'deleted'; readonly facts: number | null };

/**
 * Deletes the facts of one batch, or only finds them. Counts those that were visible until then:
 * neither deleted with a time range nor past their retention.
 */
export async function deleteBatch(
  { deletions, onUncounted, ...ports }: DeleteBatchPorts,
  batch: { readonly environmentId: number; readonly seq: bigint },
  { isDryRun, signal }: { readonly isDryRun: boolean; readonly signal: AbortSignal },
): Promise<DeletedBatchFacts> {
  const { environmentId, seq } = batch;
  const outcome = await (isDryRun
    ? deletions.findBatch(environmentId, seq)
    : deletions.deleteBatch(environmentId, seq));
  if (outcome.kind !== 'deleted') return outcome;
  const { hotFacts, segments, expiredBeforeMs } = outcome.found;
  try {
    const wanted = { batchSeq: String(seq) };
    const counted = await countInFiles(segments, { environmentId, wanted, expiredBeforeMs }, ports, signal);
    return { kind: 'deleted', facts: hotFacts + counted };
  } catch (error) {
    onUncounted(error);
    return { kind: 'deleted', facts: null };
  }
}
