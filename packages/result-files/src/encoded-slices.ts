import { setImmediate } from 'node:timers/promises';
import type { RowBatch } from '@hourglass/reports';
import type { RowEncoder } from './row-encoder.ts';

export interface EncodedSlice {
  readonly bytes: Buffer;
  readonly rows: number;
}

export interface EncodedSlices {
  /**
   * The next rows as UTF-8, cut after the row that makes them `maxChars` UTF-16 units long; undefined after the
   * last row. Where a slice ends depends on the rows alone, not on how they were batched.
   */
  next(maxChars: number): Promise<EncodedSlice | undefined>;
  /** Releases the rows, also when there are more. */
  close(): Promise<void>;
}

/**
 * Encodes rows slice by slice. Other work of the process (renewing the lease of the query, most of all) runs
 * between two slices, so the length of a slice bounds how long that waits.
 */
export function encodeSlices(batches: AsyncIterable<RowBatch>, encoder: RowEncoder): EncodedSlices {
  const source = batches[Symbol.asyncIterator]();
  let batch: RowBatch = { rowCount: 0, columns: [] };
  let row = 0;
  return {
    async next(maxChars) {
      let text = '';
      let rows = 0;
      while (text.length < maxChars) {
        if (row < batch.rowCount) {
          text += encoder.encodeRow(batch.columns, row);
          row += 1;
          rows += 1;
          continue;
        }
        const next = await source.next();
        if (next.done === true) break;
        batch = next.value;
        row = 0;
      }
      await setImmediate();
      return rows === 0 ? undefined : { bytes: Buffer.from(text, 'utf8'), rows };
    },
    async close() {
      await source.return?.();
    },
  };
}
