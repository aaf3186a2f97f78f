import type { Claim, QueryStore } from './query-store.ts';
import { progressIn, type Progress } from './progress.ts';

export interface Lease {
  /** Aborts once another attempt may have begun: the query was taken, ended, or renewing failed too long. */
  readonly lost: AbortSignal;
  /**
   * Tells how far the attempt is, and renews the lease to say so: at once, or when a second has passed since the last
   * time. What is less than was told is passed over.
   */
  report(progress: Progress): void;
  end(): void;
}

const minReportMs = 1_000;

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
  let newest = progressIn('collecting', 0, 0);
  let renewedAtMs = heldSinceMs;
  let askedAtMs = -Infinity;
  let renewing = false;
  let ended = false;
  let reporting: NodeJS.Timeout | undefined;

  async function renew(): Promise<void> {
    if (renewing || ended || lost.signal.aborted) return;
    renewing = true;
    const startedAtMs = performance.now();
    askedAtMs = startedAtMs;
    try {
      const held = await queries.renewLease(claim.id, claim.attempt, leaseMs, newest);
      if (held) renewedAtMs = startedAtMs;
      else lost.abort(new Error('the attempt is no longer the newest'));
    } catch {
      // Tried again at the next turn; the age decides when it was too long.
    } finally {
      renewing = false;
    }
  }

  const timer = setInterval(() => {
    if (performance.now() - renewedAtMs >= leaseMs) {
      lost.abort(new Error('the lease could not be renewed in time'));
    }
    void renew();
  }, leaseMs / 3);

  function reportLater(): void {
    reporting = undefined;
    void renew();
  }

  return {
    lost: lost.signal,
    report(progress) {
      if (progress.percent < newest.percent) return;
      newest = progress;
      const waitMs = Math.max(0, askedAtMs + minReportMs - performance.now());
      if (waitMs === 0) void renew();
      else reporting ??= setTimeout(reportLater, waitMs);
    },
    end() {
      ended = true;
      clearInterval(timer);
      clearTimeout(reporting);
    },
  };
}
