export type SqlValue = string | number;

/**
 * A statement and the values of its parameters `$1`, `$2`, … The SQL never contains text from
 * clients.
 */
export interface SqlStatement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}
