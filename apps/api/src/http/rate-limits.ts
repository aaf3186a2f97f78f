import type { Response } from 'express';
import type { LimitUsage, QueryScope, QueryStore, SubmissionLimits } from '@hourglass/reports';
import { shareReads } from './share-reads.ts';

/** Tells in the headers what an environment has used of its limits. Nothing is said about one that does not exist. */
export type ShowRateLimits = (response: Response, scope: QueryScope) => Promise<void>;

const windowSeconds = 3600;

/** What it sets. */
export const rateLimitHeaders = {
  RateLimit: 'What is left of the limits, as draft-ietf-httpapi-ratelimit-headers has it.',
  'RateLimit-Policy': 'The limits: submissions per rolling hour, and queries enqueued or running.',
  'X-RateLimit-Limit': 'Submissions per rolling hour.',
  'X-RateLimit-Remaining': 'Submissions that are left of them.',
  'X-RateLimit-Reset': 'Seconds until there are more of them.',
};

export function showRateLimitsOf(queries: QueryStore, limits: SubmissionLimits): ShowRateLimits {
  const share = shareReads<LimitUsage | null>();
  return async (response, scope) => {
    const key = JSON.stringify([scope.organization, scope.environment]);
    const usage = await share(key, () => queries.usage(scope, limits));
    if (usage !== null) setRateLimits(response, usage);
  };
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
