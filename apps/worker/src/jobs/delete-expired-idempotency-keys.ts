import type { QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import { drainInBatches } from './drain-in-batches.ts';

/** Deletes idempotency keys of submissions that are older than 24 hours. */
export function deleteExpiredIdempotencyKeysJob({ queries }: { readonly queries: QueryStore }): PeriodicJob {
  return {
    name: 'forget-idempotency-keys',
    everyMs: 600_000,
    run: (signal) => drainInBatches(1_000, (limit) => queries.deleteExpiredIdempotencyKeys(limit), signal),
  };
}
