import type { AuditLog } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import { drainInBatches } from './drain-in-batches.ts';

export interface DeleteExpiredEventsTerms {
  readonly days: number;
  /** Refusals of credentials beyond this number are deleted too, oldest first: strangers cause them. */
  readonly maxRefusals: number;
}

/** Deletes the events of the audit log that are past their retention. */
export function deleteExpiredEventsJob(
  { audit }: { readonly audit: Pick<AuditLog, 'deleteExpired'> },
  terms: DeleteExpiredEventsTerms,
): PeriodicJob {
  return {
    name: 'delete-expired-events',
    everyMs: 600_000,
    run: (signal) => drainInBatches(5_000, (limit) => audit.deleteExpired({ ...terms, limit }), signal),
  };
}
