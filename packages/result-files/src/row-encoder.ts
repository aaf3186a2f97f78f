export type Value = string | number | null | undefined;

/** Turns one row of column-major values into text. Pure; a value of the wrong kind throws a TypeError. */
export interface RowEncoder {
  /** Text that every part begins with. */
  readonly header: string;
  /** The row with its line end. */
  encodeRow(columns: readonly (readonly Value[])[], row: number): string;
}
