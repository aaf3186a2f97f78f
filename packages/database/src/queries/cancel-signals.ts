import type { CancelSignals } from '@hourglass/reports';
import { listenTo, type ListenerConnection } from '../connection/notifications.ts';

/** PostgreSQL notification channel; the payload is the query's id. */
export const cancelChannel = 'hourglass_query_cancelled';

export function createCancelSignals(connection: ListenerConnection): CancelSignals {
  return {
    listen: (onCancelled, log) =>
      listenTo(connection, cancelChannel, {
        onNotified: onCancelled,
        onLost: (error) =>
          log.warn(
            { err: error },
            'lost the cancellation signals; attempts notice a cancellation at their next lease renewal',
          ),
      }),
  };
}
