import type { Response } from 'express';
import type { LimitUsage, QueryScope, QueryStore, SubmissionLimits } from '@hourglass/reports';
import type { HeaderValues } from './route.ts';

/** Reads the rate limit headers of an environment; none if it does not exist. */
export type RateLimits = (scope: QueryScope) => Promise<HeaderValues>;

const windowSeconds = 3600;

/** Descriptions by name. */
export const rateLimitHeaders = {
  RateLimit: 'Remaining quota, as in draft-ietf-httpapi-ratelimit-headers.',
  'RateLimit-Policy': 'Limits of submissions per rolling hour, and of queries enqueued or running.',
  'X-RateLimit-Limit': 'Limit of submissions per rolling hour.',
  'X-RateLimit-Remaining': 'Submissions remaining in the rolling hour.',
  'X-RateLimit-Reset': 'Seconds until more submissions are allowed.',
};

export function rateLimitsOf(queries: QueryStore, limits: SubmissionLimits): RateLimits {
  return async (scope) => {
    const usage = await queries.usage(scope, limits);
    return usage === null ? {} : valuesOf(usage);
  };
}

export function setRateLimits(response: Response, usage: LimitUsage): void {
  response.set(valuesOf(usage));
}

/**
 * Formats both limits as in draft-ietf-httpapi-ratelimit-headers, and the hourly one also in the
 * older three headers, which have room for one. Times are seconds from now.
 */
function valuesOf({ limits, submittedInHour, active, secondsToReset }: LimitUsage): HeaderValues {
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
