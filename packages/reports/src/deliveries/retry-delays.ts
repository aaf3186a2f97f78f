import type { NotDelivered } from './delivery.ts';

const maxRetryAfterMs = 86_400_000;

/**
 * Multiples of the first delay. With one of 5 seconds they are 5, 15 and 45 seconds, 2, 5, 15 and 30
 * minutes, and 1, 2, 4, 6, 8, 12, 16 and 24 hours: over three days in all. The early ones bridge a
 * restart of the receiver, the late ones an outage over a weekend.
 */
const factors = [1, 3, 9, 24, 60, 180, 360, 720, 1440, 2880, 4320, 5760, 8640, 11_520, 17_280] as const;

/** Returns the delays after the first, second, … failed attempt. */
export function deliveryRetryDelays(firstMs: number): readonly number[] {
  return factors.map((factor) => factor * firstMs);
}

/** Delays are up to this share longer, so that the deliveries of an outage do not return all at once. */
const jitterShare = 0.1;

/**
 * Returns the delay before the next attempt; null: there is none. A longer delay that the receiver asks
 * for is kept, up to a day.
 * @param failedAttempts with the one that has just failed
 * @param random from 0 to below 1
 */
export function retryDelay(
  { isFinal, retryAfterMs }: Pick<NotDelivered, 'isFinal' | 'retryAfterMs'>,
  failedAttempts: number,
  { random }: { readonly random: () => number },
  { retryDelaysMs }: { readonly retryDelaysMs: readonly number[] },
): number | null {
  const delayMs = retryDelaysMs[failedAttempts - 1];
  if (delayMs === undefined || isFinal) return null;
  const jitteredMs = delayMs * (1 + jitterShare * random());
  return Math.round(Math.max(jitteredMs, Math.min(retryAfterMs ?? 0, maxRetryAfterMs)));
}
