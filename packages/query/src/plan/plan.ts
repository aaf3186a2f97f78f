import type { AggregateFunction, DistinctFunction } from '../catalogue/dataset.ts';
import type { CustomField } from '../catalogue/custom-field.ts';
import type { FilterNode } from '../filter/filter-node.ts';
import type { ZoneOffset } from '../time/zone-offset.ts';

/** The contract's time units of queries. */
export const queryTimeUnits = ['second', 'minute', 'hour', 'day', 'week', 'month'] as const;

/** The time units of statistics. */
export const timeUnits = [...queryTimeUnits, 'quarter', 'year', 'decade', 'century', 'millennium'] as const;
export type TimeUnit = (typeof timeUnits)[number];

/** Maximum offset from UTC, east and west. */
export const maxUtcOffsetMinutes = 14 * 60;

/** The owner of the facts that a plan may read. Every compiled statement is restricted to it. */
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

/** The arithmetic on an aggregate. */
export interface Operation {
  readonly operator: Operator;
  /**
   * Digits with an optional sign and decimal point. Without a point integers stay integers, except
   * in a division.
   */
  readonly value: string;
}

export interface PlannedMetric {
  /** A metric of the dataset; with a `DistinctFunction` a dimension. */
  readonly metric: string;
  readonly function: AggregateFunction | DistinctFunction | null;
  /** With the functions of percentiles: from 0 to 100. */
  readonly percentile?: number;
  /**
   * Name of the output column. It may come from the client, so it never becomes an SQL identifier.
   */
  readonly alias: string;
  /** Absent: the aggregate as it is. */
  readonly operation?: Operation;
  /** Absent: the value itself. The operation is applied to the part. */
  readonly part?: MetricPart;
}

/** The share of a sum in its whole, or the whole: over all rows, or over those of the bucket. */
export interface MetricPart {
  readonly of: 'share' | 'total';
  readonly within: 'range' | 'time';
}

/** Sorts rows by an output column, rows without a value last. */
export interface OrderTerm {
  readonly column: string;
  readonly descending: boolean;
}

/** A zone as it was at submission, so that every process computes the same buckets. */
export interface PlannedTimeZone {
  /** Its name in the tz database. */
  readonly name: string;
  /** At least one. Valid in the plan's range and for the buckets that overlap it. */
  readonly offsets: readonly ZoneOffset[];
}

export type CsvDelimiter = ',' | '|' | '\t';

export interface CsvOutput {
  readonly format: 'csv';
  readonly delimiter: CsvDelimiter;
  /** Every part begins with a byte order mark, by which Excel recognizes UTF-8. Absent: none does. */
  readonly bom?: true;
  /** No part has a header line. Absent: every part has one. */
  readonly header?: false;
  /** Texts that a spreadsheet would run as formulas are guarded. Absent: they are not. */
  readonly safe?: true;
}

/** Rows of a sheet in `xlsx`, without the header. */
export const maxSheetRows = 2 ** 20 - 1;

export const outputFormats = ['json', 'csv', 'parquet', 'xlsx'] as const;

export type OutputFormat = { readonly format: Exclude<(typeof outputFormats)[number], 'csv'> } | CsvOutput;

/**
 * Selects and orders groups; a group is one combination of dimension values. Groups without a value
 * of the sort metric come last. Ties are ordered by their dimensions.
 */
export interface GroupChoice {
  /**
   * Indices of the plan's metrics, which are compared in this order over the whole range. Empty: by
   * dimensions.
   */
  readonly sortBy: readonly number[];
  readonly descending: boolean;
  /** Number of groups to skip. */
  readonly offset: number;
  /** Maximum number of groups after the skipped ones. */
  readonly limit: number;
  /** Whether the buckets of a group are in descending order. */
  readonly newestFirst: boolean;
}

/**
 * A validated request, frozen at submission: names are resolved and the range is absolute. Stored
 * as JSON.
 */
export interface Plan {
  readonly version: 1;
  readonly dataset: string;
  readonly tenant: Tenant;
  readonly range: TimeRange;
  readonly timeUnit: TimeUnit | null;
  /** Buckets are aligned to local time at this offset east of UTC. Absent: 0. */
  readonly utcOffsetMinutes?: number;
  /**
   * Buckets, the time column and parts of the timestamp are in local time of this zone. Excludes
   * `utcOffsetMinutes`. Absent: UTC.
   */
  readonly timeZone?: PlannedTimeZone;
  readonly metrics: readonly PlannedMetric[];
  readonly dimensions: readonly string[];
  /** Condition on the aggregated facts. Null: all facts of the range. */
  readonly filter: FilterNode | null;
  /** Rows are ordered by group, then by time. Absent: all groups, ordered by time. */
  readonly groups?: GroupChoice;
  readonly limitRows: number | null;
  /** Order of the rows before the usual one. Absent: by time, then by the dimensions. */
  readonly orderBy?: readonly OrderTerm[];
  /** Condition on output columns. Absent: all rows. */
  readonly having?: FilterNode;
  /** Whether a row `(others)` follows the rows of the limit, over the facts of all other rows. */
  readonly others?: true;
  /** Each metric also has its value in this range, and the relative change. Absent: no comparison. */
  readonly comparedRange?: TimeRange;
  /** Whether buckets without facts have rows. */
  readonly fillGaps?: true;
  /** The custom fields that the plan reads, as declared at submission. Absent: none. */
  readonly customFields?: readonly CustomField[];
  readonly output: OutputFormat;
  /**
   * Each fact is a row: no metric has a function, and rows are ordered by these dimensions, then by
   * time. Absent: facts are aggregated.
   */
  readonly perFact?: { readonly orderedBy: readonly string[] };
  /**
   * Amounts are converted at the rate of their fact's day. Absent: they keep their own currency.
   */
  readonly targetCurrency?: string;
}

/** One thing wrong with a request. `message` states what was found and what is expected. */
export interface Fault {
  readonly field: string;
  readonly message: string;
}

export type ReportFault = (field: string, message: string) => void;
