/** What a client says about a query beside the report that it asks for. No part of the plan: it changes no row. */
export interface QueryLabels {
  /** The hostname that the client named in place of the environment, in lower case. */
  readonly hostname?: string | undefined;
  /** What the client calls the query. */
  readonly name?: string | undefined;
  /** The saved report that the client says the query comes from. */
  readonly reportDefinitionId?: string | undefined;
}
