import type { FactCounter, WantedFacts } from '@hourglass/facts';
import { batchSeqColumn } from '@hourglass/query';
import type { Semaphore } from '@hourglass/reports';
import { toAttemptFailure } from './engine-error.ts';
import { createInstancePool } from './instance-pool.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import { selectSegments } from './segment-relation.ts';

export interface FactCounterOptions {
  /** Contains the directories of all counts. */
  readonly directory: string;
  readonly memoryMb: number;
  /** Bounds concurrent counts. Each runs on one thread. */
  readonly semaphore: Semaphore;
}

/** Creates a counter that reads only the times and batches of facts. Throws the engine's errors. */
export function createFactCounter({ directory, memoryMb, semaphore }: FactCounterOptions): FactCounter {
  const limits = { memoryMb, threads: 1, maxSpillMb: 64 };
  const pool = createInstancePool(directory, limits);
  return {
    count: (segments, { wanted, expiredBeforeMs, signal }) =>
      semaphore.run(signal, async () => {
        try {
          return await pool.use(async (connection) => {
            const stopInterrupting = interruptOnAbort(connection, signal);
            try {
              const selects = selectSegments(segments, { wanted: [batchSeq], expiredBeforeMs });
              const { sql, values } = conditionOf(wanted);
              const counted = await connection.runAndReadAll(
                `select count(*)::double from (${selects.join(' union all ')}) where ${sql}`,
                values,
              );
              return Number(counted.getRows()[0]?.[0]);
            } finally {
              stopInterrupting();
            }
          });
        } catch (error) {
          signal.throwIfAborted();
          throw toAttemptFailure(error, limits);
        }
      }),
  };
}

const batchSeq = { ...batchSeqColumn, segmentName: batchSeqColumn.name };

function conditionOf(wanted: WantedFacts): { readonly sql: string; readonly values: bigint[] } {
  if ('batchSeq' in wanted) {
    return { sql: `"${batchSeqColumn.name}" = $1::bigint`, values: [BigInt(wanted.batchSeq)] };
  }
  return {
    sql: `"timestamp" >= epoch_ms($1::bigint) and "timestamp" < epoch_ms($2::bigint)`,
    values: [BigInt(wanted.startMs), BigInt(wanted.endExclusiveMs)],
  };
}
