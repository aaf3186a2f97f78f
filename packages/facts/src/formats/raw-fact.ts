/**
 * One row of a file or request body before its fields are checked: a value, or a fault of the whole
 * line.
 */
export type RawFact =
  | { readonly line: number; readonly value: Readonly<Record<string, unknown>> }
  | {
      readonly line: number;
      readonly fault: string;
      /** The field at fault, unless the row as a whole is. */
      readonly field?: string;
    };

/** One thing wrong with one row. */
export interface RowFault {
  /** Line number, counted from 1 and including blank lines. */
  readonly line: number;
  /** Empty if the fault concerns the whole row. */
  readonly field: string;
  readonly message: string;
}
