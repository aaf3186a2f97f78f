import type { NotDelivered } from './delivery.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/**
 * Delays after the first, second, … failed attempt: over three days in all. The early ones bridge a
 * restart of the receiver, the late ones an outage over a weekend.
 */
export const retryDelaysMs: readonly number[] = [
  ...[5 * secondMs, 15 * secondMs, 45 * secondMs],
  ...[2 * minuteMs, 5 * minuteMs, 15 * minuteMs, 30 * minuteMs],
  ...[1, 2, 4, 6, 8, 12, 16, 24].map((hours) => hours * hourMs),
];

/** Delays are up to this share longer, so that the deliveries of an outage do not return all at once. */
const jitterShare = 0.1;
const maxRetryAfterMs = 24 * hourMs;

/**
 * Returns the delay before the next attempt; null: there is none. A longer delay that the receiver asks
 * for is kept, up to a day.
 * @param failedAttempts with the one that has just failed
 * @param random from 0 to below 1
 */
export function retryDelay(
  { isGone, retryAfterMs }: Pick<NotDelivered, 'isGone' | 'retryAfterMs'>,
  failedAttempts: number,
  { delaysMs, random }: { readonly delaysMs: readonly number[]; readonly random: () => number },
): number | null {
  const delayMs = delaysMs[failedAttempts - 1];
  if (delayMs === undefined || isGone) return null;
  const jitteredMs = delayMs * (1 + jitterShare * random());
  return Math.round(Math.max(jitteredMs, Math.min(retryAfterMs ?? 0, maxRetryAfterMs)));
}
