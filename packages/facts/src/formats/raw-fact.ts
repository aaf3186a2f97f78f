/** One row of an import or a request body, before the catalogue was asked: its line, and a value or a fault. */
export type RawFact =
  | { readonly line: number; readonly value: Readonly<Record<string, unknown>> }
  | { readonly line: number; readonly fault: string };

/** One thing that is wrong with one row. */
export interface RowFault {
  /** Counted from 1, blank lines included. */
  readonly line: number;
  /** Empty when the row as a whole is at fault. */
  readonly field: string;
  readonly message: string;
}
