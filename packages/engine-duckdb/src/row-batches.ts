import { setImmediate } from 'node:timers/promises';
import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import type { RowBatch } from '@hourglass/reports';

/**
 * Converting this many rows to JavaScript values blocks the event loop for about two milliseconds.
 */
const maxBatchRows = 256;

/** Yields rows on demand: the next ones are fetched after the previous batch was used. */
export async function* rowBatches(result: DuckDBResult, signal: AbortSignal): AsyncGenerator<RowBatch, void> {
  for (;;) {
    signal.throwIfAborted();
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    for (let firstRow = 0; firstRow < chunk.rowCount; firstRow += maxBatchRows) {
      const rowCount = Math.min(maxBatchRows, chunk.rowCount - firstRow);
      yield { rowCount, columns: columnsOf(chunk, firstRow, rowCount) };
      await setImmediate();
      signal.throwIfAborted();
    }
  }
}

function columnsOf(chunk: DuckDBDataChunk, firstRow: number, rowCount: number): RowBatch['columns'] {
  return Array.from({ length: chunk.columnCount }, (_, column) => {
    const vector = chunk.getColumnVector(column);
    return Array.from({ length: rowCount }, (_, row) => {
      const value = vector.getItem(firstRow + row);
      if (value === null || typeof value === 'string' || typeof value === 'number') return value;
      throw new TypeError(
        `column c${column} of the report is ${String(vector.type)}; expected VARCHAR or DOUBLE`,
      );
    });
  });
}
