import type { OutputColumn, OutputFormat } from '@hourglass/query';
import { csvHeader } from './csv-header.ts';
import { createCsvRowCounter, countLineEnds } from './row-count.ts';
import { createCsvRowEnds, findLineEnd } from './row-ends.ts';
import type { RowStream } from './row-stream.ts';

/** The size of a block; a thread compresses one in about 4 ms. */
const blockBytes = 1024 * 1024;

export interface PartReaderOptions {
  readonly columns: readonly OutputColumn[];
  readonly output: OutputFormat;
  /** A part ends after the row that makes it at least this long. */
  readonly partBytes: number;
}

export interface PartReader {
  /** The number of rows in the parts so far. */
  readonly rows: number;
  /** The length of the parts so far, headers included. */
  readonly bytesWritten: number;
  /**
   * Yields the next part in blocks, header first. The block boundaries depend on the rows alone.
   */
  nextPart(): AsyncGenerator<Buffer, void>;
  /** Returns true when the parts so far have all rows. */
  isAtEnd(): Promise<boolean>;
}

/** Cuts the rows of `stream` into parts. */
export function createPartReader(
  stream: RowStream,
  { columns, output, partBytes }: PartReaderOptions,
): PartReader {
  const header = Buffer.from(output.format === 'csv' ? csvHeader(columns, output) : '');
  let rows = 0;
  let bytesWritten = 0;
  return {
    get rows() {
      return rows;
    },
    get bytesWritten() {
      return bytesWritten;
    },
    async *nextPart() {
      const findRowEnd = output.format === 'csv' ? createCsvRowEnds() : findLineEnd;
      const countRows = output.format === 'csv' ? createCsvRowCounter() : countLineEnds;
      bytesWritten += header.length;
      if (header.length > 0) yield header;
      let bytes = header.length;
      for (;;) {
        const block = await stream.take(blockBytes);
        if (block.length === 0) return;
        const end = findRowEnd(block, Math.max(0, partBytes - 1 - bytes));
        const read = end === -1 ? block : block.subarray(0, end);
        stream.putBack(block.subarray(read.length));
        bytes += read.length;
        bytesWritten += read.length;
        rows += countRows(read);
        yield read;
        if (end !== -1) return;
      }
    },
    async isAtEnd() {
      const block = await stream.take(blockBytes);
      stream.putBack(block);
      return block.length === 0;
    },
  };
}
