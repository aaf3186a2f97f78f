import type { Logger } from '@hourglass/platform';
import type { GuardedCall } from './route.ts';

type AdminAction =
  | 'access_key.change'
  | 'access_key.create'
  | 'batch.delete'
  | 'custom_field.create'
  | 'custom_field.delete'
  | 'environment.create'
  | 'environment.delete'
  | 'environment.hostnames'
  | 'environment.limits'
  | 'environment.retention'
  | 'environment.undeclared_fields'
  | 'facts.delete'
  | 'link.revoke'
  | 'link.rotate_key'
  | 'organization.ceilings'
  | 'organization.create'
  | 'organization.delete'
  | 'organization.exchange_rates'
  | 'organization.resume'
  | 'organization.suspend'
  | 'token.create'
  | 'token.delete'
  | 'user.change'
  | 'user.create'
  | 'user.delete';

/**
 * Records an administrative write once it is done. `details` identify its object and never contain
 * a secret.
 */
export type AdminLog = (
  call: Pick<GuardedCall, 'principal' | 'response'>,
  action: AdminAction,
  details: Readonly<Record<string, unknown>>,
) => void;

/** Logs one line per administrative write. */
export function adminLog(log: Logger): AdminLog {
  return ({ principal, response }, action, details) => {
    const { organization, email } = principal;
    const requestId = String(response.locals['requestId']);
    log.info({ requestId, organization, by: email, action, ...details }, 'administration');
  };
}
