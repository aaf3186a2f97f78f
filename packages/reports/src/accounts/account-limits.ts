import { ReportError } from '../errors.ts';

/** Limits of one organization. Lists are returned whole, and writes read all of them. */
const accountLimits = {
  environments: 100,
  users: 1000,
  tokens: 1000,
  /** Frequent sign-ins of one member leave room for the tokens of others. */
  'tokens of this user that expire': 100,
  'access keys': 1000,
  'saved reports': 500,
  'webhook endpoints': 100,
} as const;

/**
 * Checks that an organization may have `count` resources of a kind.
 * @throws ReportError `account.limit`
 */
export function requireWithinLimit(resource: keyof typeof accountLimits, count: number): void {
  const limit = accountLimits[resource];
  if (count > limit) throw new ReportError('account.limit', { limit, resource });
}
