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
      /** The rows after it were not read, whatever the caller does with faults. */
      readonly endsReading?: true;
    };

/** A last line that had no end and is not a whole row, because its writer is not done with it. */
export interface UnfinishedLine {
  readonly line: number;
  readonly reason: string;
}

/** One thing wrong with one row. */
export interface RowFault {
  /** Line number, counted from 1 and including blank lines. */
  readonly line: number;
  /** Empty if the fault concerns the whole row. */
  readonly field: string;
  readonly message: string;
}
