import type { Claim, QueryStore } from './query-store.ts';
import { progressIn, type Progress } from './progress.ts';

export interface Lease {
  /**
   * Aborts once another attempt may have begun: the query was taken or ended, or renewals failed
   * for too long.
   */
  readonly lost: AbortSignal;
  /**
   * Reports progress by renewing the lease, at most once a second. Decreasing progress is ignored.
   */
  report(progress: Progress): void;
  end(): void;
}

const minReportMs = 1_000;

/**
 * Renews an attempt's lease three times per lease duration. A renewal that cannot reach the
 * database is retried until the lease must have lapsed. From then on the attempt counts as lost,
 * whatever the database responds later. `heldSinceMs` is `performance.now()` from before the claim,
 * so that the lease is never assumed too long.
 */
export function keepLease(
  claim: Claim,
  queries: QueryStore,
  { leaseMs, heldSinceMs }: { leaseMs: number; heldSinceMs: number },
): Lease {
  const lost = new AbortController();
  let newest = progressIn('collecting', 0, 0);
  let renewedAtMs = heldSinceMs;
  let requestedAtMs = -Infinity;
  let renewing = false;
  let ended = false;
  let reporting: NodeJS.Timeout | undefined;

  async function renew(): Promise<void> {
    if (renewing || ended || lost.signal.aborted) return;
    renewing = true;
    const startedAtMs = performance.now();
    requestedAtMs = startedAtMs;
    try {
      const held = await queries.renewLease(claim.id, claim.attempt, leaseMs, newest);
      if (held) renewedAtMs = startedAtMs;
      else lost.abort(new Error('the attempt is no longer the newest'));
    } catch {
      // Retried at the next interval; the time since the last renewal decides when the lease is
      // lost.
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
      const waitMs = Math.max(0, requestedAtMs + minReportMs - performance.now());
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
