export type SqlValue = string | number;

/** A statement and the values of `$1`, `$2`, … in it. No text of a client is ever part of it. */
export interface SqlStatement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}
