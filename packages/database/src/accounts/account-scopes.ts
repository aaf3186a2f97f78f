import { scopes, type Scope } from '@hourglass/reports';

/** What a user may do with the password; a token never may do more than its user. */
export const scopesOfRole = {
  administrator: scopes,
  member: ['read', 'submit', 'ingest'],
} as const satisfies Readonly<Record<string, readonly Scope[]>>;

export type Role = keyof typeof scopesOfRole;

/** Scopes that this version does not know are left out. */
export function scopesOfToken(role: Role, granted: readonly string[]): readonly Scope[] {
  return scopesOfRole[role].filter((scope) => granted.includes(scope));
}
