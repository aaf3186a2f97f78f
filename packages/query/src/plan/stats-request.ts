/** Maximum rows of a response, groups times buckets. Apigee X has the same limit. */
export const maxStatsRows = 14_400;

/** The contract's maximum of an offset, an int32. */
export const maxStatsOffset = 2 ** 31 - 1;

/** The parameters of a request for statistics, by their names in the contract. */
export interface StatsRequest {
  readonly dimensions: readonly string[];
  /** Required. Metrics separated by commas: `sum(message_count),tps`. */
  readonly select?: string | undefined;
  /** Required. */
  readonly timeRange?: string | undefined;
  readonly timeUnit?: string | undefined;
  readonly filter?: string | undefined;
  /** Metrics from `select`, separated by commas. */
  readonly sortby?: string | undefined;
  readonly sort?: string | undefined;
  readonly topk?: number | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly tsAscending?: boolean | undefined;
  /** Minutes east of UTC. */
  readonly tzo?: number | undefined;
  /** A name in the tz database. Excludes `tzo`. */
  readonly timeZone?: string | undefined;
  /** Condition on the groups, over columns of `select` and dimensions. */
  readonly having?: string | undefined;
  readonly compareTo?: string | undefined;
  readonly fillGaps?: boolean | undefined;
  readonly others?: boolean | undefined;
}
