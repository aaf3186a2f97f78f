import { scopesOfRole, type Role, type Scope } from '@hourglass/reports';

/** Scopes that this version does not know are left out. */
export function scopesOfToken(role: Role, granted: readonly string[]): readonly Scope[] {
  return scopesOfRole[role].filter((scope) => granted.includes(scope));
}
