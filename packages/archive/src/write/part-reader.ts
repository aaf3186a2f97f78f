import type { OutputColumn, OutputFormat } from '@hourglass/query';
import { csvHeader } from './csv-header.ts';
import { createCsvRowCounter, countLineEnds } from './row-count.ts';
import { createCsvRowEnds, findLineEnd } from './row-ends.ts';
import type { RowStream } from './row-stream.ts';

/** At a time. Compressing it takes a thread about four milliseconds. */
const blockBytes = 1024 * 1024;

export interface PartReaderOptions {
  readonly columns: readonly OutputColumn[];
  readonly output: OutputFormat;
  /** A part ends after the row that makes it at least this long. */
  readonly partBytes: number;
}

export interface PartReader {
  /** Rows of the parts so far. */
  readonly rows: number;
  /** Bytes of the parts so far, headers included. */
  readonly bytesWritten: number;
  /** The bytes of the next part, header included. How they are cut into blocks depends on the rows alone. */
  nextPart(): AsyncGenerator<Buffer, void>;
  /** Whether all rows are in the parts so far. */
  isAtEnd(): Promise<boolean>;
}

/** Cuts rows into parts. */
export function createPartReader(
  stream: RowStream,
  { columns, output, partBytes }: PartReaderOptions,
): PartReader {
  const header = Buffer.from(output.format === 'csv' ? csvHeader(columns, output.delimiter) : '');
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
