import { ReportError, invalidRequest } from '../errors.ts';
import { type Principal, type Role, roles, type Scope } from './accounts.ts';

/** What a user may do with the password; a token never may do more than its user. */
export const scopesOfRole = {
  member: ['read', 'submit', 'ingest'],
  administrator: ['read', 'submit', 'ingest', 'admin'],
  operator: ['read', 'submit', 'ingest', 'admin'],
} as const satisfies Readonly<Record<Role, readonly Scope[]>>;

export function isAtLeast(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

/**
 * Also keeps callers from what is above them: nobody makes, changes or speaks for a user of a higher role.
 * @throws ReportError `auth.role`
 */
export function requireRole(principal: Principal, least: Role): void {
  if (!isAtLeast(principal.role, least)) {
    throw new ReportError('auth.role', { role: least, own: principal.role });
  }
}

/** @throws ReportError `request.invalid` that names the scopes which a user of this role lacks. */
export function requireScopesOfRole(role: Role, wanted: readonly Scope[]): void {
  const possible: readonly Scope[] = scopesOfRole[role];
  const faults = wanted.flatMap((scope, index) =>
    possible.includes(scope)
      ? []
      : [
          {
            field: `scopes[${index}]`,
            message: `the token's user has the role "${role}"; expected one of ${possible.join(', ')}, found "${scope}"`,
          },
        ],
  );
  if (faults.length > 0) throw invalidRequest(faults);
}
