import type { LimitUsage, QueryStore, SubmissionLimits } from '@hourglass/reports';
import { scopeOf } from './find-tenant.ts';
import type { GuardedRoute } from './route.ts';

/** What the endpoints of the queries have in common. */
type RateLimits = Required<Pick<GuardedRoute, 'headers' | 'describedHeaders'>>;

const windowSeconds = 3600;

const describedHeaders = {
  RateLimit: 'What is left of the limits, as draft-ietf-httpapi-ratelimit-headers has it.',
  'RateLimit-Policy': 'The limits: submissions per rolling hour, and queries enqueued or running.',
  'X-RateLimit-Limit': 'Submissions per rolling hour.',
  'X-RateLimit-Remaining': 'Submissions that are left of them.',
  'X-RateLimit-Reset': 'Seconds until there are more of them.',
};

/**
 * Tells in the headers what the path's environment has used of its limits. Nothing is said about an environment
 * that does not exist.
 */
export function rateLimitsOf(queries: QueryStore, limits: SubmissionLimits): RateLimits {
  return {
    describedHeaders,
    async headers(request) {
      const usage = await queries.usage(scopeOf(request), limits);
      return usage === null ? {} : rateLimitHeaders(usage);
    },
  };
}

/** The routes of the queries: all of their answers have the headers. */
export function withRateLimits(rateLimits: RateLimits, routes: readonly GuardedRoute[]): GuardedRoute[] {
  return routes.map((route) => ({ ...route, ...rateLimits }));
}

/**
 * The two fields of draft-ietf-httpapi-ratelimit-headers with both limits, and the older trio, which has room
 * for one: the hourly one. All times are seconds from now.
 */
export function rateLimitHeaders({
  limits,
  submittedInHour,
  active,
  secondsToReset,
}: LimitUsage): Readonly<Record<string, string>> {
  const { queriesPerHour, activeQueries } = limits;
  const remaining = Math.max(0, queriesPerHour - submittedInHour);
  const remainingActive = Math.max(0, activeQueries - active);
  return {
    RateLimit: `"hourly";r=${remaining};t=${secondsToReset}, "active";r=${remainingActive}`,
    'RateLimit-Policy':
      `"hourly";q=${queriesPerHour};w=${windowSeconds}, ` +
      `"active";q=${activeQueries};qu="concurrent-requests"`,
    'X-RateLimit-Limit': String(queriesPerHour),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(secondsToReset),
  };
}
