import type { Logger } from '@hourglass/platform';
import type { GuardedCall } from './route.ts';

type AdminAction =
  | 'access_key.change'
  | 'access_key.create'
  | 'custom_field.create'
  | 'custom_field.delete'
  | 'environment.create'
  | 'environment.hostnames'
  | 'environment.limits'
  | 'environment.retention'
  | 'environment.undeclared_fields'
  | 'organization.create'
  | 'organization.exchange_rates'
  | 'token.create'
  | 'token.delete'
  | 'user.change'
  | 'user.create'
  | 'user.delete';

/** Puts down who did what; `what` names it and never holds a secret. Called when it is done. */
export type AdminLog = (
  call: Pick<GuardedCall, 'principal' | 'response'>,
  action: AdminAction,
  what: Readonly<Record<string, unknown>>,
) => void;

/** One line for every administrative write. */
export function adminLog(log: Logger): AdminLog {
  return ({ principal, response }, action, what) => {
    const { organization, email } = principal;
    const requestId = String(response.locals['requestId']);
    log.info({ requestId, organization, by: email, action, ...what }, 'administration');
  };
}
