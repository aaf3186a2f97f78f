import type { SessionView } from '@hourglass/contract';

export type Role = SessionView['role'];

const roles: readonly Role[] = ['member', 'administrator', 'operator'];

/** Returns the roles that are not above a role: those that its users give, change and take. */
export function rolesOf(own: Role): readonly Role[] {
  return roles.slice(0, roles.indexOf(own) + 1);
}

/** Returns the roles that a user may be given instead of its own. */
export function nextRoles(current: Role, own: Role): readonly Role[] {
  return rolesOf(own).filter((role) => role !== current);
}

const scopes = ['read', 'submit', 'ingest', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** Returns the scopes that a session may give to a token; a token has at most those of its maker. */
export function grantableScopes(session: Pick<SessionView, 'scopes'>): readonly Scope[] {
  return scopes.filter((scope) => session.scopes.includes(scope));
}

const daySeconds = 86_400;

/** Lifetimes of tokens and keys, in days; null: unlimited. */
export const lifetimes = ['30', '90', '365', 'never'] as const;

export function lifetimeSeconds(lifetime: string): number | undefined {
  return lifetime === 'never' ? undefined : Number(lifetime) * daySeconds;
}
