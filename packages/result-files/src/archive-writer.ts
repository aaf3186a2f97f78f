import { open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { ArchiveFile, ArchiveTask, ArchiveWriter, RowFile } from '@hourglass/reports';
import { gzipPart } from './gzip-part.ts';
import { createPartReader } from './part-reader.ts';
import { createZipFile, type ZipFile } from './zip-file.ts';

export interface ArchiveWriterOptions {
  /** How many threads of libuv's pool compress one archive; more than 4 are not used. */
  readonly threads: number;
  /** A part ends after the row that makes it at least this long, before compression. Default 64 MiB. */
  readonly partBytes?: number;
}

const defaultPartBytes = 64 * 1024 * 1024;
/** The whole process reads files and resolves names with the threads of that pool. */
const maxThreads = 4;

/**
 * Writes `OfflineQueryResult-<id>.zip` with its gzip parts as stored members. Equal rows and an equal task give equal
 * bytes.
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
  const file = await open(archivePath, 'w');
  try {
    const zip = createZipFile(file);
    const gzipBytes = await addParts(zip, rows, task, options);
    const { bytes, md5 } = await zip.finish();
    return { path: archivePath, bytes, md5, gzipBytes };
  } catch (error) {
    await rm(archivePath, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** Answers the bytes of all parts. */
async function addParts(
  zip: ZipFile,
  rows: FileHandle,
  task: ArchiveTask,
  { threads, partBytes }: Required<ArchiveWriterOptions>,
): Promise<number> {
  const { columns, output, createdAt, signal, onProgress } = task;
  const { size: fileBytes } = await rows.stat();
  const parts = createPartReader(rows, { fileBytes, columns, output, partBytes });
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
    const part = gzipPart(untilAborted(parts.nextPart()), threads);
    gzipBytes += await zip.add(partName(task, number), createdAt, part);
    number += 1;
  } while (parts.bytesRead < fileBytes);
  return gzipBytes;
}

/** The contract's name: a counter of 12 digits, as BigQuery numbers the shards of an extract. */
function partName({ queryId, output }: ArchiveTask, number: number): string {
  return `QueryResult-${queryId}-${String(number).padStart(12, '0')}.${output.format}.gz`;
}
