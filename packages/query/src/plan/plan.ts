import type { AggregateFunction } from '../catalogue/dataset.ts';
import type { CustomField } from '../catalogue/custom-field.ts';
import type { FilterNode } from '../filter/filter-node.ts';

/** What a query may be grouped by, by the contract. */
export const queryTimeUnits = ['second', 'minute', 'hour', 'day', 'week', 'month'] as const;

/** Statistics have more. */
export const timeUnits = [...queryTimeUnits, 'quarter', 'year', 'decade', 'century', 'millennium'] as const;
export type TimeUnit = (typeof timeUnits)[number];

/** The furthest zone from UTC, east and west. */
export const maxUtcOffsetMinutes = 14 * 60;

/** Whose facts a plan may read. Everything that is compiled carries it. */
export interface Tenant {
  readonly organization: string;
  readonly environment: string;
  readonly environmentId: number;
}

/** Half-open: `startMs` is included, `endExclusiveMs` is not. Milliseconds since 1970, UTC. */
export interface TimeRange {
  readonly startMs: number;
  readonly endExclusiveMs: number;
}

export const operators = ['+', '-', '*', '/', '%'] as const;
export type Operator = (typeof operators)[number];

/** A calculation with an aggregate. */
export interface Operation {
  readonly operator: Operator;
  /** Digits with an optional sign and point. Without a point it keeps whole numbers whole, save in a division. */
  readonly value: string;
}

export interface PlannedMetric {
  readonly metric: string;
  readonly function: AggregateFunction | null;
  /** Name of the output column. Chosen by the client, so it never becomes an SQL identifier. */
  readonly alias: string;
  /** Absent: the aggregate as it is. */
  readonly operation?: Operation;
}

export type CsvDelimiter = ',' | '|' | '\t';

export type OutputFormat =
  | { readonly format: 'json' }
  | { readonly format: 'csv'; readonly delimiter: CsvDelimiter };

/**
 * Which groups are shown and in which order; a group is one combination of the dimensions' values. Ties, and
 * groups without a value of a metric to sort by, which come last, follow each other by their dimensions.
 */
export interface GroupChoice {
  /** Indices of the plan's metrics, taken in turn over the whole range. None: groups come by their dimensions. */
  readonly sortBy: readonly number[];
  readonly descending: boolean;
  /** How many groups are left out at the beginning, and how many are shown after them. */
  readonly offset: number;
  readonly limit: number;
  /** Whether a group's newest bucket comes first, or its oldest. */
  readonly newestFirst: boolean;
}

/** A validated query, frozen at submission: names resolved, the range absolute. Stored as JSON. */
export interface Plan {
  readonly version: 1;
  readonly dataset: string;
  readonly tenant: Tenant;
  readonly range: TimeRange;
  readonly timeUnit: TimeUnit | null;
  /** Buckets begin where the unit does in the zone that is so far east of UTC. Absent: 0. */
  readonly utcOffsetMinutes?: number;
  readonly metrics: readonly PlannedMetric[];
  readonly dimensions: readonly string[];
  /** Which facts are aggregated; null: all of the range. */
  readonly filter: FilterNode | null;
  /** Absent: all groups, and rows come by time. With it they come by group, then by time. */
  readonly groups?: GroupChoice;
  readonly limitRows: number | null;
  /** Those that it reads, as they were declared at submission. Absent: none. */
  readonly customFields?: readonly CustomField[];
  readonly output: OutputFormat;
  /**
   * One row per fact: no metric has a function, and rows come by these dimensions, then by time. Absent: facts
   * are aggregated.
   */
  readonly perFact?: { readonly orderedBy: readonly string[] };
  /** Every amount is converted to it by the rate of its fact's day. Absent: amounts stay in their own currency. */
  readonly targetCurrency?: string;
}

/** One thing that is wrong with a request. `message` says what was found and what is expected. */
export interface Fault {
  readonly field: string;
  readonly message: string;
}

export type ReportFault = (field: string, message: string) => void;
