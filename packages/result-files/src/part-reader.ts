import type { FileHandle } from 'node:fs/promises';
import type { OutputColumn, OutputFormat } from '@hourglass/query';
import { csvHeader } from './csv-header.ts';
import { createCsvRowCounter, countLineEnds } from './row-count.ts';
import { createCsvRowEnds, findLineEnd } from './row-ends.ts';

/** At a time. Compressing it takes a thread about four milliseconds. */
const blockBytes = 1024 * 1024;

export interface PartReaderOptions {
  readonly fileBytes: number;
  readonly columns: readonly OutputColumn[];
  readonly output: OutputFormat;
  /** A part ends after the row that makes it at least this long. */
  readonly partBytes: number;
}

export interface PartReader {
  /** How many bytes of the file are in the parts so far. */
  readonly bytesRead: number;
  /** Rows of the parts so far. */
  readonly rows: number;
  /** Bytes of the parts so far, headers included. */
  readonly bytesWritten: number;
  /** The bytes of the next part, header included. How they are cut into blocks depends on the rows alone. */
  nextPart(): AsyncGenerator<Buffer, void>;
}

/** Cuts a file of rows into parts. */
export function createPartReader(
  file: FileHandle,
  { fileBytes, columns, output, partBytes }: PartReaderOptions,
): PartReader {
  const header = Buffer.from(output.format === 'csv' ? csvHeader(columns, output.delimiter) : '');
  let position = 0;
  let rows = 0;
  let bytesWritten = 0;
  return {
    get rows() {
      return rows;
    },
    get bytesWritten() {
      return bytesWritten;
    },
    get bytesRead() {
      return position;
    },
    async *nextPart() {
      const findRowEnd = output.format === 'csv' ? createCsvRowEnds() : findLineEnd;
      const countRows = output.format === 'csv' ? createCsvRowCounter() : countLineEnds;
      bytesWritten += header.length;
      if (header.length > 0) yield header;
      let bytes = header.length;
      while (position < fileBytes) {
        const block = await readBlock(file, position, Math.min(blockBytes, fileBytes - position));
        const end = findRowEnd(block, Math.max(0, partBytes - 1 - bytes));
        const read = end === -1 ? block : block.subarray(0, end);
        position += read.length;
        bytes += read.length;
        bytesWritten += read.length;
        rows += countRows(read);
        yield read;
        if (end !== -1) return;
      }
    },
  };
}

async function readBlock(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const block = Buffer.allocUnsafeSlow(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(block, filled, bytes - filled, position + filled);
    if (bytesRead === 0) throw new Error('the file of rows has become shorter');
    filled += bytesRead;
  }
  return block;
}
