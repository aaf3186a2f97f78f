export type SqlValue = string | number;

/** A statement and the values of `$1`, `$2`, … in it. No value of a plan is ever part of the text. */
export interface SqlStatement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}
