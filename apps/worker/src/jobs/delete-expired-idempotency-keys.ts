import type { QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import { untilFewer } from './until-fewer.ts';

/** Forgets the idempotency keys of submissions that are a day old. */
export function deleteExpiredIdempotencyKeysJob({ queries }: { readonly queries: QueryStore }): PeriodicJob {
  return {
    name: 'forget-idempotency-keys',
    everyMs: 600_000,
    run: (signal) => untilFewer(1_000, (limit) => queries.deleteExpiredIdempotencyKeys(limit), signal),
  };
}
