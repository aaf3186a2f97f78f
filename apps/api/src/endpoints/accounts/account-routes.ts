import type { GuardedRoute } from '../../http/route.ts';
import type { AccountPorts } from './account-ports.ts';
import { changeUserRoute } from './change-user.ts';
import { createEnvironmentRoute } from './create-environment.ts';
import { createOrganizationRoute } from './create-organization.ts';
import { createTokenRoute } from './create-token.ts';
import { createUserRoute } from './create-user.ts';
import { deleteTokenRoute } from './delete-token.ts';
import { deleteUserRoute } from './delete-user.ts';
import { listTokensRoute } from './list-tokens.ts';
import { readUsersRoutes } from './read-users.ts';

/** Organizations, environments, users and tokens: what administrators look after. */
export function accountRoutes(ports: AccountPorts): readonly GuardedRoute[] {
  return [
    createOrganizationRoute(ports),
    createEnvironmentRoute(ports),
    ...readUsersRoutes(ports),
    createUserRoute(ports),
    changeUserRoute(ports),
    deleteUserRoute(ports),
    listTokensRoute(ports),
    createTokenRoute(ports),
    deleteTokenRoute(ports),
  ];
}
