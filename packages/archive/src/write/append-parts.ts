import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import type { ZipArchive } from 'archiver';
import type { ArchiveTask } from '@hourglass/reports';
import type { ManifestPart } from '../manifest/manifest.ts';
import { gzipPart } from './gzip-part.ts';
import { createPartReader } from './part-reader.ts';
import type { RowStream } from './row-stream.ts';

interface PartsContext {
  readonly archive: ZipArchive;
  readonly task: ArchiveTask;
  /** `manifest` null: parts get no digest. */
  readonly options: {
    readonly partBytes: number;
    readonly threads: number;
    readonly manifest: object | null;
  };
  readonly signal: AbortSignal;
}

/**
 * Cuts the rows into parts and appends these to the archive. A part is compressed in memory and
 * appended whole, so that its size and checksum precede its bytes: readers that take a ZIP as a
 * stream, like Java's, refuse a stored member otherwise.
 * @throws Error when the parts have not as many rows as the engine wrote
 */
export async function appendParts(
  rows: RowStream,
  { archive, task, options, signal }: PartsContext,
): Promise<readonly ManifestPart[]> {
  const { columns, output, onProgress } = task;
  const reader = createPartReader(rows, { columns, output, partBytes: options.partBytes });
  async function* untilAborted(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const block of blocks) {
      signal.throwIfAborted();
      if (rows.takenShare !== null) onProgress?.(rows.takenShare);
      yield block;
    }
  }
  const parts: ManifestPart[] = [];
  do {
    const before = { rows: reader.rows, bytes: reader.bytesWritten };
    const name = partName(task, parts.length);
    const gzip = await buffer(gzipPart(untilAborted(reader.nextPart()), options.threads));
    const appended = once(archive, 'entry', { signal });
    archive.append(gzip, { name, date: task.createdAt });
    await appended;
    parts.push({
      name,
      sha256: options.manifest === null ? '' : createHash('sha256').update(gzip).digest('hex'),
      rows: reader.rows - before.rows,
      gzipBytes: gzip.length,
      bytes: reader.bytesWritten - before.bytes,
    });
  } while (!(await reader.isAtEnd()));
  if (reader.rows !== rows.rows)
    throw new Error(`the parts have ${reader.rows} rows; the engine wrote ${rows.rows}`);
  return parts;
}

/**
 * Names parts as the contract says: with a counter of 12 digits, as BigQuery numbers the shards of
 * an extract.
 */
function partName({ queryId, output }: ArchiveTask, number: number): string {
  return `QueryResult-${queryId}-${String(number).padStart(12, '0')}.${output.format}.gz`;
}
