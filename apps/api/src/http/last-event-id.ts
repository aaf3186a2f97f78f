import type { Request } from 'express';
import { invalidRequest } from '@hourglass/reports';

/** Below the largest id, with which a read begins at the newest event. */
const maxEventId = 2n ** 63n - 2n;

/**
 * Returns the id of the last event that the client has; null: it has none.
 * @throws ReportError `request.invalid`
 */
export function lastEventIdOf(request: Request): string | null {
  const id = request.headers['last-event-id'];
  if (id === undefined || id === '') return null;
  if (typeof id === 'string' && /^\d{1,19}$/.test(id) && BigInt(id) <= maxEventId) return String(BigInt(id));
  throw invalidRequest([
    { field: 'Last-Event-ID', message: 'it is not the id of an event; expected digits' },
  ]);
}
