import type { Tenant, TimeRange } from '@hourglass/query';
import type { SegmentSpan } from './segment-days.ts';

/** Facts of a dataset in an environment. */
export interface StoredFacts {
  readonly dataset: string;
  /** Facts that are not sealed yet. Their bytes are not recorded. */
  readonly hotFacts: number;
  /** Live segments, with the facts and the bytes of their files. */
  readonly segments: number;
  readonly segmentFacts: number;
  readonly segmentBytes: number;
  /** Times of the oldest and the newest sealed fact. Null: there is none. */
  readonly firstAt: Date | null;
  readonly lastAt: Date | null;
}

/** The work and the storage of an environment, by one snapshot of the database. */
export interface EnvironmentUse {
  readonly at: Date;
  /** Active queries that count against the limit of clients. */
  readonly running: number;
  readonly waiting: number;
  /** Active queries of schedules. */
  readonly scheduledQueries: number;
  readonly schedules: number;
  readonly facts: readonly StoredFacts[];
  /** Archives that have not expired. Queries that share one count it once. */
  readonly results: number;
  readonly resultBytes: number;
}

/** A range that was counted from its end. Whatever is older than `countedFrom` was left out, because the work is bounded. */
export interface Counted {
  readonly from: Date;
  readonly to: Date;
  readonly countedFrom: Date;
}

export type IngestUnit = 'hour' | 'day';

/** Batches of a dataset that were accepted within an hour or a day in UTC. */
export interface IngestedFacts {
  readonly startsAt: Date;
  readonly dataset: string;
  readonly batches: number;
  readonly facts: number;
}

export interface Ingest extends Counted {
  readonly buckets: readonly IngestedFacts[];
}

/** Amounts that were used within a range of time. */
export interface UsedAmounts {
  /** Accepted queries, those of schedules included. */
  readonly submissions: number;
  readonly scannedFacts: number;
  /** Bytes of the archives that were made. */
  readonly resultBytes: number;
  readonly batches: number;
  readonly ingestedFacts: number;
}

export interface UseOfUser extends UsedAmounts {
  readonly environment: string;
  /** E-mail address. Null: batches of an earlier version, which recorded none. */
  readonly user: string | null;
  /** Submissions that share the result of an equal query. They scan nothing and make no archive. */
  readonly shared: number;
  readonly failed: number;
}

/** The use of a token that still exists. Sign-ins are no tokens in this sense. */
export interface UseOfToken extends UsedAmounts {
  readonly environment: string;
  readonly user: string;
  readonly tokenId: string;
  readonly description: string | null;
}

/** By scanned facts, those with the most first. */
export interface CountedUse<Use> extends Counted {
  readonly uses: readonly Use[];
}

/** An organization with all its environments, or with one of them. */
export interface UsageScope {
  readonly organization: string;
  readonly environment?: string;
}

/** Reads the use of tenants. Each method reads a bounded number of rows. */
export interface UsageStore {
  use(tenant: Tenant): Promise<EnvironmentUse>;
  /** Counts the batches of the last 24 hours or 30 days, the current one included. */
  ingest(tenant: Tenant, unit: IngestUnit): Promise<Ingest>;
  /** Time of the newest sealed fact. Null: there is none. */
  newestSealedFact(tenant: Tenant): Promise<Date | null>;
  /** Returns the live segments that overlap the range, those with the newest facts first. */
  segments(tenant: Tenant, range: TimeRange, limit: number): Promise<readonly SegmentSpan[]>;
  users(scope: UsageScope, range: TimeRange): Promise<CountedUse<UseOfUser>>;
  /** By the audit log. */
  tokens(organization: string, range: TimeRange): Promise<CountedUse<UseOfToken>>;
}
