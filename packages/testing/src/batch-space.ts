import { createByteBudget, type AcceptBatchOptions } from '@hourglass/facts';

/** For batches that are ingested without a server: no limits, and files in `scratchDirectory`. */
export function unlimitedBatchSpace(
  scratchDirectory: string,
): Pick<AcceptBatchOptions, 'space' | 'limits' | 'writePermits'> {
  return {
    space: { memory: createByteBudget(Infinity), scratch: createByteBudget(Infinity), scratchDirectory },
    limits: { maxBytes: Infinity, maxLines: Infinity, maxBlankLines: Infinity },
    writePermits: { run: (_signal, work) => work() },
  };
}
