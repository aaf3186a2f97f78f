import type { Request } from 'express';
import type { Tenant } from '@hourglass/query';
import type { Accounts, Principal } from '@hourglass/reports';
import { tenantFinder, tenantOfToken } from './find-tenant.ts';
import type { GuardedRoute } from './route.ts';
import { environmentPrefix } from './route-scopes.ts';

/** The credentials and errors that a contract defines itself. */
type OwnRules = Partial<
  Pick<GuardedRoute, 'tokenHeader' | 'allowsBoundTokens' | 'allowsCustomerTokens' | 'errorStyle'>
>;

/**
 * Where the routes of a contract are. Parameters and bodies are the same at every place, so that routes are defined once, with
 * the place as a parameter.
 */
export interface ContractPlace {
  readonly prefix: string;
  readonly rules: OwnRules;
  /** Makes the operation id of a place unique. */
  readonly operationId: (id: string) => string;
  /** @throws ReportError `auth.unbound`, `environment.not_found` */
  readonly locate: (request: Request, principal: Principal) => Promise<Tenant>;
}

/** The paths of the contract, which name no environment: it is that of the token. */
export function ownPlace(prefix: string, rules: OwnRules, accounts: Accounts): ContractPlace {
  return {
    prefix,
    rules: { ...rules, allowsBoundTokens: true },
    operationId: (id) => id,
    locate: (_request, principal) => tenantOfToken(principal, accounts),
  };
}

/** Below an environment, with the credentials and errors of this API, so that also a session may read. */
export function environmentPlace(accounts: Accounts): ContractPlace {
  const findTenant = tenantFinder(accounts);
  return {
    prefix: environmentPrefix,
    rules: {},
    operationId: (id) => `${id}InEnvironment`,
    locate: (request) => findTenant(request),
  };
}
