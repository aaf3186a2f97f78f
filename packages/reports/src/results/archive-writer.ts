import type { OutputColumn, OutputFormat } from '@hourglass/query';
import type { RowFile } from '../queries/report-engine.ts';
import type { ResultOrigin } from './result-origin.ts';

export interface ArchiveTask {
  readonly queryId: string;
  readonly columns: readonly OutputColumn[];
  readonly output: OutputFormat;
  readonly directory: string;
  /**
   * Modification time of every member, so that the bytes of an attempt do not depend on the clock.
   */
  readonly createdAt: Date;
  /** Origin for the manifest. Without it the archive has no manifest. */
  readonly origin?: ResultOrigin;
  readonly signal: AbortSignal;
  /** Called with the share of rows that are packed, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

export interface ArchiveFile {
  readonly path: string;
  readonly bytes: number;
  /** MD5 of the file in hex. */
  readonly md5: string;
  readonly rows: number;
  readonly gzipBytes: number;
}

export interface ArchiveWriter {
  /**
   * Writes parts in a ZIP to `directory`, and deletes the files of rows. Without rows the
   * archive has one empty part. It requests the next file while it packs the present one, so a
   * request may be pending when it throws.
   */
  write(rows: AsyncIterable<RowFile>, task: ArchiveTask): Promise<ArchiveFile>;
}
