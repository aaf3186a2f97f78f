import type { AccountChanges } from '@hourglass/reports';
import { listenTo, type ListenerConnection } from '../connection/notifications.ts';

/** PostgreSQL notification channel of a trigger on users; the payload is the e-mail address. */
export const accountChannel = 'hourglass_account_changed';

export function createAccountChanges(connection: ListenerConnection): AccountChanges {
  return {
    listen: (listener) =>
      listenTo(connection, accountChannel, {
        onNotified: (email) => listener.onChanged(email),
        onListening: () => listener.onListening(),
        onLost: (error) => listener.onLost(error),
      }),
  };
}
