import type { BoundPlan } from '@hourglass/query';
import type { FactFiles } from './segment-files.ts';

/** Values by column, in the order of `outputColumns`. Every array has `rowCount` values. */
export interface RowBatch {
  readonly rowCount: number;
  readonly columns: readonly (readonly (string | number | null)[])[];
}

export interface EngineTask extends BoundPlan {
  readonly facts: FactFiles;
  /** Where the engine writes its files. What it spills may lie elsewhere. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** Told at the beginning and now and then which share of the work was done, 0 to 1; it may fall. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Rows of a report, written as its output format has them, each with a line end (`\n`). There is no header; a row of CSV
 * may have line ends inside of quotes.
 */
export interface RowFile {
  readonly path: string;
  readonly rows: number;
}

export interface ReportEngine {
  /** Rows of the report in its defined order, at most some thousands at a time. */
  run(task: EngineTask): AsyncIterable<RowBatch>;
  /**
   * Writes all of them below the task's directory, about ten times the bytes that an archive of them has: files that
   * follow each other in the defined order, none of them with a part of a row. Who takes a file deletes it; the next one is
   * computed when it is asked for.
   */
  writeRows(task: EngineTask): AsyncGenerator<RowFile, void>;
}
