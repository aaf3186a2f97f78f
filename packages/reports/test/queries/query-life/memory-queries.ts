import { mayBecome, type QueryState } from '../../../src/queries/query-states.ts';
import type { QueryRecord } from '../../../src/queries/query-record.ts';
import type {
  AttemptWork,
  Claim,
  ClaimTerms,
  ExpiredArchive,
  Failure,
  Publication,
  RequeueCause,
  Submission,
  WaitingChoice,
  WaitingQuery,
} from '../../../src/queries/query-store.ts';

export const organizations = ['acme', 'beta', 'gamma'] as const;

export interface Row {
  readonly submission: Submission;
  readonly createdAtMs: number;
  state: QueryState;
  attempt: number;
  released: number;
  failed: number;
  retryAtMs: number;
  firstStartedAtMs: number | null;
  leaseUntilMs: number;
  result: { archiveKey: string; expiresAtMs: number } | null;
  /** Number of publications. */
  published: number;
}

const graceMs = 10_000;

/** The queries table in memory, with the same rules as the SQL. Each method is atomic. */
export class MemoryQueries {
  readonly rows = new Map<string, Row>();
  private readonly keys = new Map<string, string>();
  private readonly nowMs: () => number;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  /** Returns the id of the new query, or of an earlier one with the same idempotency key. */
  submit(submission: Submission): string {
    const { id, idempotencyKey } = submission;
    const earlier = idempotencyKey === undefined ? undefined : this.keys.get(idempotencyKey.key);
    if (earlier !== undefined) return earlier;
    if (idempotencyKey !== undefined) this.keys.set(idempotencyKey.key, id);
    this.rows.set(id, {
      submission,
      createdAtMs: this.nowMs(),
      state: 'enqueued',
      attempt: 0,
      released: 0,
      failed: 0,
      retryAtMs: 0,
      firstStartedAtMs: null,
      leaseUntilMs: 0,
      result: null,
      published: 0,
    });
    return id;
  }

  find(id: string): QueryRecord | null {
    const row = this.rows.get(id);
    // A run reads only this field of a record.
    return row === undefined ? null : ({ result: row.result } as unknown as QueryRecord);
  }

  listWaiting(terms: ClaimTerms, limit: number): readonly string[] {
    const placeMs = ({ createdAtMs, attempt, released }: Row) => createdAtMs + (attempt - released) * 60_000;
    const waiting = [...this.rows]
      .filter(([, row]) => this.waits(row, terms))
      .toSorted(([, one], [, other]) => placeMs(one) - placeMs(other));
    return waiting.slice(0, limit).map(([id]) => id);
  }

  nextWaiting(terms: ClaimTerms, { shares, skipped, maxFacts }: WaitingChoice): WaitingQuery | null {
    const candidates = this.listWaiting(terms, Infinity)
      .map((id) => ({ id, organization: this.organizationOf(id), hasJoined: false, share: 1 }))
      .filter(({ organization }) => !skipped.includes(organization))
      // In the model, the queries of the first organization are large.
      .filter(({ organization }) => maxFacts === null || organization !== organizations[0]);
    const shareOf = ({ organization }: WaitingQuery) => shares.get(organization) ?? 0;
    return candidates.toSorted((one, other) => shareOf(one) - shareOf(other))[0] ?? null;
  }

  claim(id: string, terms: ClaimTerms): Claim | null {
    const row = this.rows.get(id);
    if (row === undefined || !this.waits(row, terms)) return null;
    if (row.state === 'enqueued') this.become(row, 'running');
    row.attempt += 1;
    row.firstStartedAtMs ??= this.nowMs();
    row.leaseUntilMs = this.nowMs() + terms.leaseMs;
    return {
      id,
      plan: row.submission.plan,
      attempt: row.attempt,
      countedAttempt: row.attempt - row.released,
      failedAttempts: row.failed,
      createdAt: new Date(row.createdAtMs),
      remainingMs: row.firstStartedAtMs + terms.timeoutMs - this.nowMs(),
    };
  }

  renewLease(id: string, attempt: number, leaseMs: number): boolean {
    const row = this.owned(id, attempt);
    if (row !== null) row.leaseUntilMs = this.nowMs() + leaseMs;
    return row !== null;
  }

  complete(id: string, attempt: number, { archiveKey, resultTtlSeconds }: Publication): boolean {
    const row = this.owned(id, attempt);
    if (row === null) return false;
    this.become(row, 'completed');
    row.result = { archiveKey, expiresAtMs: this.nowMs() + resultTtlSeconds * 1000 };
    row.published += 1;
    return true;
  }

  fail(id: string, attempt: number, _failure: Failure): boolean {
    const row = this.owned(id, attempt);
    if (row !== null) this.become(row, 'failed');
    return row !== null;
  }

  requeue(id: string, attempt: number, cause: RequeueCause): boolean {
    const row = this.owned(id, attempt);
    if (row === null) return false;
    this.become(row, 'enqueued');
    if (cause.kind === 'released') row.released += 1;
    else {
      row.failed += 1;
      row.retryAtMs = this.nowMs() + cause.retryAfterMs;
    }
    return true;
  }

  cancel(id: string): boolean {
    const row = this.rows.get(id);
    if (row === undefined || !this.isActive(row)) return false;
    this.become(row, 'cancelled');
    return true;
  }

  failOverdue(terms: ClaimTerms): number {
    let count = 0;
    for (const row of this.rows.values()) {
      const used = this.exhausted(row, terms) || this.late(row, terms, 0);
      const overdue =
        (this.isFree(row) && used) || (row.state === 'running' && this.late(row, terms, graceMs));
      if (!overdue) continue;
      this.become(row, 'failed');
      count += 1;
    }
    return count;
  }

  expireDue(): readonly ExpiredArchive[] {
    const expired: ExpiredArchive[] = [];
    for (const [id, row] of this.rows) {
      if (row.state !== 'completed' || row.result === null || row.result.expiresAtMs > this.nowMs()) continue;
      this.become(row, 'expired');
      expired.push({ id, archiveKey: row.result.archiveKey, isShared: false });
    }
    return expired;
  }

  orphanedWork(archives: readonly AttemptWork[]): readonly string[] {
    return archives
      .filter(({ key, queryId, attempt }) => {
        const row = this.rows.get(queryId);
        if (row?.state === 'completed') return row.result?.archiveKey !== key;
        return !(row?.state === 'running' && row.attempt === attempt);
      })
      .map(({ key }) => key);
  }

  isActive(row: Row): boolean {
    return row.state === 'enqueued' || row.state === 'running';
  }

  private organizationOf(id: string): string {
    return this.rows.get(id)?.submission.plan.tenant.organization ?? '';
  }

  private become(row: Row, state: QueryState): void {
    if (!mayBecome(row.state, state)) throw new Error(`${row.state} must not become ${state}`);
    row.state = state;
  }

  private owned(id: string, attempt: number): Row | null {
    const row = this.rows.get(id);
    return row?.state === 'running' && row.attempt === attempt ? row : null;
  }

  private isFree(row: Row): boolean {
    return row.state === 'enqueued' || (row.state === 'running' && row.leaseUntilMs <= this.nowMs());
  }

  private exhausted(row: Row, { maxAttempts }: ClaimTerms): boolean {
    return row.attempt - row.released >= maxAttempts;
  }

  private late(row: Row, { timeoutMs }: ClaimTerms, lateByMs: number): boolean {
    return row.firstStartedAtMs !== null && row.firstStartedAtMs + timeoutMs + lateByMs <= this.nowMs();
  }

  private waits(row: Row, terms: ClaimTerms): boolean {
    const used = this.exhausted(row, terms) || this.late(row, terms, 0);
    return this.isFree(row) && row.retryAtMs <= this.nowMs() && !used;
  }
}
