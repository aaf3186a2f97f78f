import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { ZipArchive } from 'archiver';
import type { ArchiveFile, ArchiveTask, ArchiveWriter, RowFile } from '@hourglass/reports';
import { gzipPart } from './gzip-part.ts';
import { createPartReader } from './part-reader.ts';

export interface ArchiveWriterOptions {
  /** How many of them compress one archive; more than 4 are not used. */
  readonly threads: number;
  /** A part ends after the row that makes it at least this long, before compression. Default 64 MiB. */
  readonly partBytes?: number;
}

const defaultPartBytes = 64 * 1024 * 1024;
/** The threads are those that the whole process reads files with. */
const maxThreads = 4;

/**
 * Writes `OfflineQueryResult-<id>.zip` with its gzip parts as stored members. A part is compressed in memory and
 * then appended whole, so that its size and checksum stand before its bytes: readers that take a ZIP as a stream,
 * like Java's, refuse a stored member without. Equal rows and an equal task give equal bytes.
 *
 * `write` rejects with the reason of the first thing that failed, or of `task.signal`, and leaves no file behind.
 */
export function createArchiveWriter({
  threads,
  partBytes = defaultPartBytes,
}: ArchiveWriterOptions): ArchiveWriter {
  const options = { threads: Math.min(threads, maxThreads), partBytes };
  return { write: (rows, task) => writeArchive(rows, task, options) };
}

async function writeArchive(
  { path: rowsPath, rows }: RowFile,
  task: ArchiveTask,
  options: Required<ArchiveWriterOptions>,
): Promise<ArchiveFile> {
  const file = await open(rowsPath);
  try {
    // Whatever ends this process, the system takes the rows away with it.
    await rm(rowsPath);
    return { ...(await storeParts(file, task, options)), rows };
  } finally {
    await file.close();
  }
}

async function storeParts(
  rows: FileHandle,
  task: ArchiveTask,
  options: Required<ArchiveWriterOptions>,
): Promise<Omit<ArchiveFile, 'rows'>> {
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
    const gzipBytes = await writeParts(rows, { archive, task, options, signal });
    archive.finalize().catch((error: unknown) => failure.abort(error));
    await stored;
    const { size } = await stat(archivePath);
    if (size !== archive.pointer() || size <= gzipBytes)
      throw new Error(`the archive has ${size} bytes, ${archive.pointer()} were written`);
    return { path: archivePath, bytes: size, md5: md5.digest('hex'), gzipBytes };
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
  readonly options: Required<ArchiveWriterOptions>;
  readonly signal: AbortSignal;
}

/** Answers the bytes of all parts. */
async function writeParts(
  rows: FileHandle,
  { archive, task, options, signal }: PartsContext,
): Promise<number> {
  const { columns, output, onProgress } = task;
  const { size: fileBytes } = await rows.stat();
  const parts = createPartReader(rows, { fileBytes, columns, output, partBytes: options.partBytes });
  async function* untilAborted(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const block of blocks) {
      signal.throwIfAborted();
      onProgress?.(fileBytes === 0 ? 1 : parts.bytesRead / fileBytes);
      yield block;
    }
  }
  let gzipBytes = 0;
  let number = 0;
  do {
    const part = await buffer(gzipPart(untilAborted(parts.nextPart()), options.threads));
    const member = once(archive, 'entry', { signal });
    archive.append(part, { name: partName(task, number), date: task.createdAt });
    await member;
    gzipBytes += part.length;
    number += 1;
  } while (parts.bytesRead < fileBytes);
  return gzipBytes;
}

/** The contract's name: a counter of 12 digits, as BigQuery numbers the shards of an extract. */
function partName({ queryId, output }: ArchiveTask, number: number): string {
  return `QueryResult-${queryId}-${String(number).padStart(12, '0')}.${output.format}.gz`;
}
