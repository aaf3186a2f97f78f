import { ReportError, invalidRequest } from '../errors.ts';
import { type Principal, type Role, roles, type Scope } from './accounts.ts';

/** Scopes of a user with password authentication. A token never has more scopes than its user. */
export const scopesOfRole = {
  member: ['read', 'submit', 'ingest'],
  administrator: ['read', 'submit', 'ingest', 'admin'],
  operator: ['read', 'submit', 'ingest', 'admin'],
} as const satisfies Readonly<Record<Role, readonly Scope[]>>;

export function isAtLeast(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

export function lesserRole(one: Role, other: Role): Role {
  return isAtLeast(one, other) ? other : one;
}

/**
 * Checks that the caller has at least the role `least`. Called with a user's role, it prevents
 * managing users of a higher role.
 * @throws ReportError `auth.role`
 */
export function requireRole(principal: Principal, least: Role): void {
  if (!isAtLeast(principal.role, least)) {
    throw new ReportError('auth.role', { role: least, own: principal.role });
  }
}

/** @throws ReportError `request.invalid` with the scopes that a user of this role lacks */
export function requireScopesOfRole(role: Role, wanted: readonly Scope[]): void {
  requireScopes(wanted, scopesOfRole[role], `the role "${role}" lacks`);
}

/** @throws ReportError `request.invalid` with the scopes that the caller's token lacks */
export function requireScopesOfCaller({ scopes: own }: Principal, wanted: readonly Scope[]): void {
  requireScopes(wanted, own, 'the credentials of this request lack');
}

function requireScopes(wanted: readonly Scope[], possible: readonly Scope[], lack: string): void {
  const faults = wanted.flatMap((scope, index) =>
    possible.includes(scope)
      ? []
      : [
          {
            field: `scopes[${index}]`,
            message: `found "${scope}", which ${lack}; expected one of ${possible.join(', ')}`,
          },
        ],
  );
  if (faults.length > 0) throw invalidRequest(faults);
}
