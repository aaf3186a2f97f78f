import type { Claim, QueryStore } from './ports.ts';

export interface Lease {
  /** Aborts once another attempt may have begun: the query was taken, ended, or renewing failed too long. */
  readonly lost: AbortSignal;
  /** Progress to send with the next renewal, 0 to 100. */
  report(progressPercent: number): void;
  end(): void;
}

/**
 * Renews an attempt's lease three times per lease. A renewal that cannot reach the database is tried again
 * until the lease must have run out; from then on the attempt counts as lost, whatever the database says
 * later. `heldSinceMs` is `performance.now()` from before the claim, so that the age is never underestimated.
 */
export function keepLease(
  claim: Claim,
  queries: QueryStore,
  { leaseMs, heldSinceMs }: { leaseMs: number; heldSinceMs: number },
): Lease {
  const lost = new AbortController();
  let progressPercent = 0;
  let renewedAtMs = heldSinceMs;
  let renewing = false;

  const renew = async () => {
    const askedAtMs = performance.now();
    try {
      const held = await queries.renewLease(claim.id, claim.attempt, leaseMs, progressPercent);
      if (held) renewedAtMs = askedAtMs;
      else lost.abort(new Error('the attempt is no longer the newest'));
    } catch {
      // Tried again at the next turn; the check of the age below decides when it was too long.
    }
  };
  const timer = setInterval(() => {
    if (performance.now() - renewedAtMs >= leaseMs)
      lost.abort(new Error('the lease could not be renewed in time'));
    if (renewing || lost.signal.aborted) return;
    renewing = true;
    void renew().finally(() => {
      renewing = false;
    });
  }, leaseMs / 3);

  return {
    lost: lost.signal,
    report(percent) {
      progressPercent = Math.max(progressPercent, percent);
    },
    end() {
      clearInterval(timer);
    },
  };
}
