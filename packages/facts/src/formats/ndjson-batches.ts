import type { RawFact, RowFault } from './raw-fact.ts';

/** Rows of a file as a body for `POST …/facts`, and the way back from its lines to the file's. */
export interface NdjsonBatch {
  readonly body: string;
  /** The line of the file that each line of the body came from, in order. */
  readonly fileLines: readonly number[];
  /** Rows that could not be read, among and before those of the body; they are not in it. */
  readonly faults: readonly RowFault[];
}

export interface BatchLimits {
  readonly maxRows: number;
  readonly maxChars?: number;
}

/** Keeps a body of long rows in bounds. */
const defaultMaxChars = 16 * 1024 * 1024;

/**
 * Groups rows into bodies of at most `maxRows` rows; a batch is also full after as many faults. A batch may
 * hold faults only, then its body is empty.
 */
export async function* makeNdjsonBatches(
  facts: AsyncIterable<RawFact>,
  { maxRows, maxChars = defaultMaxChars }: BatchLimits,
): AsyncGenerator<NdjsonBatch> {
  let rows: string[] = [];
  let chars = 0;
  let fileLines: number[] = [];
  let faults: RowFault[] = [];
  for await (const fact of facts) {
    if ('fault' in fact) {
      faults.push({ line: fact.line, field: '', message: fact.fault });
    } else {
      const row = `${JSON.stringify(fact.value)}\n`;
      rows.push(row);
      chars += row.length;
      fileLines.push(fact.line);
    }
    if (rows.length < maxRows && faults.length < maxRows && chars < maxChars) continue;
    yield { body: rows.join(''), fileLines, faults };
    rows = [];
    chars = 0;
    fileLines = [];
    faults = [];
  }
  if (rows.length > 0 || faults.length > 0) yield { body: rows.join(''), fileLines, faults };
}

/** A fault in an answer to a batch's body, moved to the line of the file that it came from. */
export function toFileLine(fault: RowFault, { fileLines }: NdjsonBatch): RowFault {
  return { ...fault, line: fileLines[fault.line - 1] ?? fault.line };
}
