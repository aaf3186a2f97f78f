import type { IngestTarget } from '@hourglass/query/catalogue';
import type { RowLines } from '../batch/row-lines.ts';
import { createFactChecker, type FactCheckerOptions, type RowChecker } from './check-fact.ts';
import { createRecordChecker } from './check-record.ts';
import { factCells } from './fact-cells.ts';
import { PlainFacts, type PlainLineEncoder } from './plain-facts.ts';

/** How the rows of a batch are checked and encoded. */
export interface RowFormat {
  readonly check: RowChecker;
  /** The number of cells of an encoded row. */
  readonly cells: number;
  /** Null: every line goes through `check`. */
  createPlainEncoder(lines: RowLines): PlainLineEncoder | null;
}

export function rowFormat(target: IngestTarget, options: FactCheckerOptions): RowFormat {
  const { times } = options;
  if (target.kind === 'records') {
    const { records } = target;
    const check = createRecordChecker(records, times);
    return { check, cells: records.columns.length, createPlainEncoder: () => null };
  }
  const { dataset } = target;
  const cells = factCells(dataset);
  return {
    check: createFactChecker(dataset, options),
    cells: cells.types.length + (cells.customCell === null ? 0 : 1),
    createPlainEncoder: (lines) => new PlainFacts(cells, times, lines),
  };
}
