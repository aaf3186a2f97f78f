import { scopesOfRole, type Role, type Scope } from '@hourglass/reports';

/** Returns the granted scopes that the role has; scopes unknown to this version are dropped. */
export function scopesOfToken(role: Role, granted: readonly string[]): readonly Scope[] {
  return scopesOfRole[role].filter((scope) => granted.includes(scope));
}
