import type { Response } from 'express';
import type { LimitUsage, QueryScope, QueryStore, SubmissionLimits } from '@hourglass/reports';
import type { HeaderValues } from './route.ts';

/** The headers that tell what an environment has used of its limits. None about one that does not exist. */
export type RateLimits = (scope: QueryScope) => Promise<HeaderValues>;

const windowSeconds = 3600;

/** Their names. */
export const rateLimitHeaders = {
  RateLimit: 'What is left of the limits, as draft-ietf-httpapi-ratelimit-headers has it.',
  'RateLimit-Policy': 'The limits: submissions per rolling hour, and queries enqueued or running.',
  'X-RateLimit-Limit': 'Submissions per rolling hour.',
  'X-RateLimit-Remaining': 'Submissions that are left of them.',
  'X-RateLimit-Reset': 'Seconds until there are more of them.',
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
 * The two fields of draft-ietf-httpapi-ratelimit-headers with both limits, and the older trio, which has room
 * for one: the hourly one. All times are seconds from now.
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
