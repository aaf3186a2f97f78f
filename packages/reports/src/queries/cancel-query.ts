import type { AuditEvent } from '../audit/audit-event.ts';
import { ReportError } from '../errors.ts';
import type { QueryRecord } from './query-record.ts';
import type { QueryStore } from './query-store.ts';
import { mayBecome } from './query-states.ts';

/**
 * Cancels an enqueued or running query. Cancelling it again returns the same record, so that a
 * client may repeat a request whose response was lost.
 * @throws ReportError `query.ended` when the query completed, failed or expired, even during the
 * request
 */
export async function cancelQuery(
  record: QueryRecord,
  { queries, audit }: { readonly queries: QueryStore; readonly audit: AuditEvent },
): Promise<QueryRecord> {
  if (mayBecome(record.state, 'cancelled')) await queries.cancel(record.plan.tenant, record.id, audit);
  const after = await queries.find(record.plan.tenant, record.id);
  if (after === null) throw new ReportError('query.not_found', { id: record.id });
  if (after.state !== 'cancelled') throw new ReportError('query.ended', { state: after.state });
  return after;
}
