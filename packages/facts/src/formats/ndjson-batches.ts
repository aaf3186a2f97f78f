import type { RawFact, RowFault } from './raw-fact.ts';

/** Rows of a file as a body for `POST …/facts`, with the file's line number of each row. */
export interface NdjsonBatch {
  readonly body: string;
  /** The line of the file for each line of the body, in order. */
  readonly fileLines: readonly number[];
  /**
   * Rows that could not be read, from the same part of the file. The body does not contain them.
   */
  readonly faults: readonly RowFault[];
  /** The fault at which reading stopped. It is the last of `faults`. */
  readonly readingEnd: RowFault | null;
}

export interface BatchLimits {
  readonly maxRows: number;
  readonly maxChars?: number;
}

/** Bounds a body of long rows, in UTF-16 units. */
const defaultMaxChars = 16 * 1024 * 1024;

/**
 * Groups rows into bodies of at most `maxRows` rows. A batch is also full after `maxRows` faults; a
 * batch with only faults has an empty body.
 */
export async function* makeNdjsonBatches(
  chunks: AsyncIterable<readonly RawFact[]>,
  { maxRows, maxChars = defaultMaxChars }: BatchLimits,
): AsyncGenerator<NdjsonBatch> {
  let rows: string[] = [];
  let chars = 0;
  let fileLines: number[] = [];
  let faults: RowFault[] = [];
  let readingEnd: RowFault | null = null;
  for await (const facts of chunks) {
    for (const fact of facts) {
      if ('fault' in fact) {
        const fault = { line: fact.line, field: fact.field ?? '', message: fact.fault };
        faults.push(fault);
        if (fact.endsReading === true) readingEnd = fault;
      } else {
        const row = `${JSON.stringify(fact.value)}\n`;
        rows.push(row);
        chars += row.length;
        fileLines.push(fact.line);
      }
      if (rows.length < maxRows && faults.length < maxRows && chars < maxChars) continue;
      yield { body: rows.join(''), fileLines, faults, readingEnd };
      rows = [];
      chars = 0;
      fileLines = [];
      faults = [];
    }
  }
  if (rows.length > 0 || faults.length > 0) yield { body: rows.join(''), fileLines, faults, readingEnd };
}

/** Converts the line number of a fault in the batch's body to that of the file. */
export function toFileLine(fault: RowFault, { fileLines }: NdjsonBatch): RowFault {
  return { ...fault, line: fileLines[fault.line - 1] ?? fault.line };
}
