import type { Claim, QueryStore } from './query-store.ts';
import { progressIn, type Progress } from './progress.ts';

export interface Lease {
  /**
   * Aborts once another attempt may have begun: the query was taken or ended, or renewals failed
   * for too long.
   */
  readonly lost: AbortSignal;
  /**
   * Reports progress by renewing the lease, at most once a second and not within the first one: a short report needs no
   * renewal. Decreasing progress is ignored.
   */
  report(progress: Progress): void;
  end(): void;
}

const minReportMs = 1_000;

interface LeaseTerms {
  readonly leaseMs: number;
  readonly heldSinceMs: number;
}

/**
 * Renews an attempt's lease three times per lease duration. A renewal that cannot reach the
 * database is retried until the lease must have lapsed. From then on the attempt counts as lost,
 * whatever the database responds later. `heldSinceMs` is `performance.now()` from before the claim,
 * so that the lease is never assumed too long.
 */
export function keepLease(claim: Claim, queries: QueryStore, terms: LeaseTerms): Lease {
  const renewal = new LeaseRenewal(claim, queries, terms);
  let reporting: NodeJS.Timeout | undefined;
  const timer = setInterval(() => {
    renewal.loseWhenLapsed();
    void renewal.renew();
  }, terms.leaseMs / 3);

  function reportLater(): void {
    reporting = undefined;
    void renewal.renew();
  }

  return {
    lost: renewal.lost.signal,
    report(progress) {
      if (progress.percent < renewal.progress.percent) return;
      renewal.progress = progress;
      const waitMs = Math.max(0, renewal.requestedAtMs + minReportMs - performance.now());
      if (waitMs === 0) void renewal.renew();
      else reporting ??= setTimeout(reportLater, waitMs);
    },
    end() {
      renewal.end();
      clearInterval(timer);
      clearTimeout(reporting);
    },
  };
}

/** The renewals of one lease. At most one renewal is in flight. */
class LeaseRenewal {
  readonly lost = new AbortController();
  /** Sent with the next renewal. */
  progress: Progress = progressIn('collecting', 0, 0);
  /** Start of the newest renewal, successful or not, or of the claim, as a value of `performance.now()`. */
  requestedAtMs: number;
  private readonly claim: Claim;
  private readonly queries: QueryStore;
  private readonly leaseMs: number;
  private renewedAtMs: number;
  private renewing = false;
  private ended = false;

  constructor(claim: Claim, queries: QueryStore, { leaseMs, heldSinceMs }: LeaseTerms) {
    this.claim = claim;
    this.queries = queries;
    this.leaseMs = leaseMs;
    this.renewedAtMs = heldSinceMs;
    this.requestedAtMs = heldSinceMs;
  }

  loseWhenLapsed(): void {
    if (performance.now() - this.renewedAtMs >= this.leaseMs) {
      this.lost.abort(new Error('the lease could not be renewed in time'));
    }
  }

  async renew(): Promise<void> {
    if (this.renewing || this.ended || this.lost.signal.aborted) return;
    this.renewing = true;
    const startedAtMs = performance.now();
    this.requestedAtMs = startedAtMs;
    const { id, attempt } = this.claim;
    try {
      const held = await this.queries.renewLease(id, attempt, this.leaseMs, this.progress);
      if (held) this.renewedAtMs = startedAtMs;
      else this.lost.abort(new Error('the attempt is no longer the newest'));
    } catch {
      // Retried at the next interval; the time since the last renewal decides when the lease is lost.
    } finally {
      this.renewing = false;
    }
  }

  end(): void {
    this.ended = true;
  }
}
