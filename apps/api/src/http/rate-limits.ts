import type { Response } from 'express';
import type { LimitUsage, QueryStore, SubmissionLimits } from '@hourglass/reports';
import { scopeOf } from './find-tenant.ts';
import type { GuardedRoute } from './route.ts';

/** A route's `prepare`. */
type RateLimits = NonNullable<GuardedRoute['prepare']>;

const windowSeconds = 3600;

/**
 * Tells in the headers what the path's environment has used of its limits. Nothing is said about an environment
 * that does not exist or is another organization's, in the same way.
 */
export function rateLimitsOf(queries: QueryStore, limits: SubmissionLimits): RateLimits {
  return async (request, response, { principal }) => {
    const scope = scopeOf(request);
    if (scope.organization !== principal.organization) return;
    const usage = await queries.usage(scope, limits);
    if (usage !== null) setRateLimits(response, usage);
  };
}

/** The routes of the queries: all of their answers have the headers. */
export function withRateLimits(rateLimits: RateLimits, routes: readonly GuardedRoute[]): GuardedRoute[] {
  return routes.map((route) => ({ ...route, prepare: rateLimits }));
}

/**
 * The two fields of draft-ietf-httpapi-ratelimit-headers with both limits, and the older trio, which has room
 * for one: the hourly one. All times are seconds from now.
 */
export function setRateLimits(response: Response, usage: LimitUsage): void {
  const { limits, submittedInHour, active, secondsToReset } = usage;
  const { queriesPerHour, activeQueries } = limits;
  const remaining = Math.max(0, queriesPerHour - submittedInHour);
  const remainingActive = Math.max(0, activeQueries - active);
  response.set({
    RateLimit: `"hourly";r=${remaining};t=${secondsToReset}, "active";r=${remainingActive}`,
    'RateLimit-Policy':
      `"hourly";q=${queriesPerHour};w=${windowSeconds}, ` +
      `"active";q=${activeQueries};qu="concurrent-requests"`,
    'X-RateLimit-Limit': String(queriesPerHour),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(secondsToReset),
  });
}
