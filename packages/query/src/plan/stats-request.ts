/** Rows of one answer, groups times buckets: the number of Apigee X. */
export const maxStatsRows = 14_400;

/** The contract has an int32. */
export const maxStatsOffset = 2 ** 31 - 1;

/** What a client asks of the synchronous statistics: its parameters by their names in the contract. */
export interface StatsRequest {
  readonly dimensions: readonly string[];
  /** Metrics, separated by commas: `sum(message_count),tps`. Must be there. */
  readonly select?: string | undefined;
  /** Must be there. */
  readonly timeRange?: string | undefined;
  readonly timeUnit?: string | undefined;
  readonly filter?: string | undefined;
  /** Of the metrics in `select`, separated by commas. */
  readonly sortby?: string | undefined;
  readonly sort?: string | undefined;
  readonly topk?: number | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly tsAscending?: boolean | undefined;
  /** Minutes, east of UTC is positive. */
  readonly tzo?: number | undefined;
}
