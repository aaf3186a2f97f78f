import { ReportError } from '../errors.ts';

/** What one organization may have. Lists are answered whole, and a change looks at all of them. */
const accountLimits = { environments: 100, users: 1000, tokens: 1000, 'access keys': 1000 } as const;

/**
 * @param count how many there would be
 * @throws ReportError `account.limit`
 */
export function requireRoom(what: keyof typeof accountLimits, count: number): void {
  const limit = accountLimits[what];
  if (count > limit) throw new ReportError('account.limit', { limit, what });
}
