/**
 * Client-provided metadata of a query. Not part of the plan, because it does not affect the rows.
 */
export interface QueryLabels {
  /** Hostname that the client used instead of the environment's name, in lower case. */
  readonly hostname?: string | undefined;
  /** Display name of the query. */
  readonly name?: string | undefined;
  /** Id of the saved report that the query runs. */
  readonly reportDefinitionId?: string | undefined;
}
