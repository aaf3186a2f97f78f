import type { BoundPlan } from '@hourglass/query';
import type { FactObjects } from './fact-objects.ts';
import type { SnapshotTarget } from './fact-source.ts';
import type { FactFiles, PlacedSegment } from './segment-files.ts';

/** The software that computed a report. */
export interface EngineIdentity {
  readonly name: 'DuckDB' | 'ClickHouse';
  readonly version: string;
}

/** Values by column, in the order of `outputColumns`. Every array has `rowCount` values. */
export interface RowBatch {
  readonly rowCount: number;
  readonly columns: readonly (readonly (string | number | null)[])[];
}

interface ReportTask<Facts> extends BoundPlan {
  readonly facts: Facts;
  /** Directory for the files of rows. The engine may spill elsewhere. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /**
   * Called at the beginning and from time to time with the share of work done, 0 to 1. It may
   * decrease.
   */
  readonly onProgress?: (share: number) => void;
  /** Absent: the run never pauses. */
  readonly pauses?: Pauses;
}

export type EngineTask = ReportTask<FactFiles>;
export type ObjectTask = ReportTask<FactObjects>;

/** Lets a report that is computed in slices pause between two of them. */
export interface Pauses {
  /** Whether another run should have this one's slot now. Asked after every slice but the last. */
  isWanted(): boolean;
  /** Resolves when the run may continue. Throws the reason of the signal when that aborts first. */
  wait(signal: AbortSignal): Promise<void>;
}

/**
 * A file of rows in the output format of the report. For JSON and CSV each row ends with `\n`; a CSV
 * row may contain line breaks inside quotes, and there is no header. For Parquet it is a whole file.
 */
export interface RowFile {
  readonly path: string;
  readonly rows: number;
}

/** Reads facts from files of this machine. It computes every report. */
export interface ReportEngine {
  readonly identity: EngineIdentity;
  /** Yields the rows in the order of the report, at most a few thousand at a time. */
  run(task: EngineTask): AsyncIterable<RowBatch>;
  /**
   * Writes all rows as files below the task's directory, about ten times the size of the archive; at
   * least one, also without rows. The files follow the order of the report and contain whole rows. The caller deletes each file.
   * The next file is computed when it is requested. While the run is paused it holds no memory of the engine; it then
   * continues with the next slice.
   */
  writeRows(task: EngineTask): AsyncGenerator<RowFile, void>;
  /** Writes the rows of an `ObjectEngine` as the files that `writeRows` would write of equal rows. */
  writeParquet(task: ParquetTask): AsyncGenerator<RowFile, void>;
  /** Writes copied hot facts as a segment to the directory. Null if there are none. */
  writeHotFacts(task: HotFactsTask): Promise<PlacedSegment | null>;
}

export interface ParquetTask extends BoundPlan {
  /** Parquet files with the columns of `compileShownRows`. They are deleted once they are read. */
  readonly shown: AsyncGenerator<RowFile, void>;
  readonly directory: string;
  readonly signal: AbortSignal;
}

export interface HotFactsTask extends BoundPlan, Omit<SnapshotTarget, 'timeoutMs'> {
  readonly facts: Pick<FactFiles, 'hotFactsPath' | 'hotRows'>;
}

/**
 * Reads facts from the object store, on other machines. It computes the reports that `chooseEngine`
 * gives it.
 */
export interface ObjectEngine {
  /** @throws ServiceUnavailable if it cannot compute now */
  check(signal: AbortSignal): Promise<EngineIdentity>;
  /** Like that of `ReportEngine`, except that files for Parquet are those of a `ParquetTask`. */
  writeRows(task: ObjectTask): AsyncGenerator<RowFile, void>;
}
