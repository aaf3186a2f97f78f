import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipArchive } from 'archiver';
import type { ArchiveFile, ArchiveTask, ArchiveWriter, RowBatch } from '@hourglass/reports';
import { compressPart } from './compress-part.ts';
import { encodeSlices, type EncodedSlice } from './encoded-slices.ts';
import { createRowEncoder } from './create-row-encoder.ts';

export interface ArchiveWriterOptions {
  /** A part ends after the row that makes it at least this long, before compression. Default 64 MiB. */
  readonly partBytes?: number;
}

const defaultPartBytes = 64 * 1024 * 1024;
/** About half a millisecond of encoding. */
const sliceChars = 64 * 1024;

/**
 * Writes `OfflineQueryResult-<id>.zip` with its gzip parts as stored members. A part is compressed in memory and
 * then appended whole, so that its size and checksum stand before its bytes: readers that take a ZIP as a stream,
 * like Java's, refuse a stored member without. Equal rows and an equal task give equal bytes.
 *
 * `write` rejects with the reason of the first thing that failed, or of `task.signal`, and leaves no file
 * behind. The rows must end or throw once `task.signal` aborts; they are always released.
 */
export function createArchiveWriter({
  partBytes = defaultPartBytes,
}: ArchiveWriterOptions = {}): ArchiveWriter {
  return { write: (rows, task) => writeArchive(rows, task, partBytes) };
}

async function writeArchive(
  rows: AsyncIterable<RowBatch>,
  task: ArchiveTask,
  partBytes: number,
): Promise<ArchiveFile> {
  task.signal.throwIfAborted();
  const archivePath = path.join(task.directory, `OfflineQueryResult-${task.queryId}.zip`);
  const failure = new AbortController();
  const signal = AbortSignal.any([task.signal, failure.signal]);
  const file = await open(archivePath, 'w');
  const archive = new ZipArchive({ store: true });
  // Attached before anything is appended: an archive without a reader stalls once its buffers are full.
  const md5 = createHash('md5');
  const hashed = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      md5.update(chunk);
      yield chunk;
    }
  };
  const stored = pipeline(archive, hashed, file.createWriteStream(), { signal });
  stored.catch((error: unknown) => failure.abort(error));
  try {
    const written = await writeParts(rows, { archive, task, partBytes, signal });
    archive.finalize().catch((error: unknown) => failure.abort(error));
    await stored;
    const { size } = await stat(archivePath);
    if (size !== archive.pointer() || size <= written.gzipBytes)
      throw new Error(`the archive has ${size} bytes, ${archive.pointer()} were written`);
    return { path: archivePath, bytes: size, md5: md5.digest('hex'), ...written };
  } catch (error) {
    failure.abort(error);
    await Promise.allSettled([stored]);
    await rm(archivePath, { force: true });
    throw task.signal.aborted ? task.signal.reason : failure.signal.reason;
  }
}

interface PartsContext {
  readonly archive: ZipArchive;
  readonly task: ArchiveTask;
  readonly partBytes: number;
  readonly signal: AbortSignal;
}

async function writeParts(
  rows: AsyncIterable<RowBatch>,
  { archive, task, partBytes, signal }: PartsContext,
): Promise<{ rows: number; gzipBytes: number }> {
  const encoder = createRowEncoder(task.columns, task.output);
  const header = Buffer.from(encoder.header);
  const slices = encodeSlices(rows, encoder);
  const nextSlice = (bytesLeft: number) => slices.next(Math.max(1, Math.min(sliceChars, bytesLeft)));
  const written = { rows: 0, gzipBytes: 0 };

  async function* nextPart(first: EncodedSlice | undefined): AsyncGenerator<Buffer, undefined> {
    let bytes = header.length;
    if (bytes > 0) yield header;
    let slice = first;
    while (slice !== undefined) {
      written.rows += slice.rows;
      bytes += slice.bytes.length;
      yield slice.bytes;
      if (bytes >= partBytes) return;
      slice = await nextSlice(partBytes - bytes);
    }
  }

  try {
    let first = await nextSlice(partBytes - header.length);
    let number = 0;
    do {
      const part = await compressPart(nextPart(first), signal);
      const member = once(archive, 'entry', { signal });
      archive.append(part, { name: partName(task, number), date: task.createdAt });
      await member;
      written.gzipBytes += part.length;
      first = await nextSlice(partBytes - header.length);
      number += 1;
    } while (first !== undefined);
    return written;
  } finally {
    await slices.close();
  }
}

/** The contract's name: a counter of 12 digits, as BigQuery numbers the shards of an extract. */
function partName({ queryId, output }: ArchiveTask, number: number): string {
  return `QueryResult-${queryId}-${String(number).padStart(12, '0')}.${output.format}.gz`;
}
