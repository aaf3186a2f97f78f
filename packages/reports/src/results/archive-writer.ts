import type { OutputColumn, OutputFormat } from '@hourglass/query';
import type { RowFile } from '../queries/report-engine.ts';
import type { ResultOrigin } from './result-origin.ts';

export interface ArchiveTask {
  readonly queryId: string;
  readonly columns: readonly OutputColumn[];
  readonly output: OutputFormat;
  readonly directory: string;
  /** Written into the archive as every member's time, so that one attempt's bytes do not depend on the clock. */
  readonly createdAt: Date;
  /** What the manifest tells of it; without one the archive gets none. */
  readonly origin?: ResultOrigin;
  readonly signal: AbortSignal;
  /** Hears which share of the rows is packed, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

export interface ArchiveFile {
  readonly path: string;
  readonly bytes: number;
  /** Of all its bytes, hex. */
  readonly md5: string;
  readonly rows: number;
  readonly gzipBytes: number;
}

export interface ArchiveWriter {
  /**
   * Writes gzip parts and the ZIP around them to `directory`, and deletes the files of rows. No rows make one empty part.
   * Asks for a file while it packs the one before, and may have asked for one when it fails.
   */
  write(rows: AsyncIterable<RowFile>, task: ArchiveTask): Promise<ArchiveFile>;
}
