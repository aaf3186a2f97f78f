import type { OrganizationStore, TokenStore, UserStore } from '@hourglass/reports';
import type { AdminLog } from '../../http/admin-log.ts';

/** What the endpoints of accounts work with. */
export interface AccountPorts {
  readonly organizations: OrganizationStore;
  readonly users: UserStore;
  readonly tokens: TokenStore;
  readonly record: AdminLog;
  readonly newPassword: () => string;
  readonly newToken: () => string;
}

/** For bodies of at most some names and a password. */
export const maxAccountBodyBytes = 16_384;
