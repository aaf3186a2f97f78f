import { buffer } from 'node:stream/consumers';
import type { RowFile } from '@hourglass/reports';
import type { PartContent, PartsContext } from './append-parts.ts';
import { gzipPart } from './gzip-part.ts';
import { createPartReader } from './part-reader.ts';
import { RowStream } from './row-stream.ts';

/**
 * Cuts files of lines into parts and yields each one compressed, at least one.
 * @throws Error when the parts have not as many rows as the engine wrote
 */
export async function* lineParts(
  files: AsyncIterable<RowFile>,
  context: PartsContext,
): AsyncGenerator<PartContent, void> {
  const rows = new RowStream(files);
  try {
    yield* cutParts(rows, context);
  } finally {
    await rows.close();
  }
}

async function* cutParts(
  rows: RowStream,
  { task, options, signal }: PartsContext,
): AsyncGenerator<PartContent, void> {
  const { columns, output, onProgress } = task;
  const reader = createPartReader(rows, { columns, output, partBytes: options.partBytes });
  async function* untilAborted(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const block of blocks) {
      signal.throwIfAborted();
      if (rows.takenShare !== null) onProgress?.(rows.takenShare);
      yield block;
    }
  }
  do {
    const before = { rows: reader.rows, bytes: reader.bytesWritten };
    const content = await buffer(gzipPart(untilAborted(reader.nextPart()), options.threads));
    yield {
      content,
      ending: `${output.format}.gz`,
      rows: reader.rows - before.rows,
      bytes: reader.bytesWritten - before.bytes,
    };
  } while (!(await reader.isAtEnd()));
  if (reader.rows !== rows.rows)
    throw new Error(`the parts have ${reader.rows} rows; the engine wrote ${rows.rows}`);
}
