import { createHash, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { ZipArchive } from 'archiver';
import type { ArchiveFile, ArchiveTask, ArchiveWriter, RowFile } from '@hourglass/reports';
import { manifestText, type Maker } from '../manifest/manifest-text.ts';
import { manifestName, type ManifestPart } from '../manifest/manifest.ts';
import { ArchiveDigest } from './archive-digest.ts';
import { gzipPart } from './gzip-part.ts';
import { createPartReader } from './part-reader.ts';
import { RowStream } from './row-stream.ts';

export interface ArchiveWriterOptions {
  /** How many of them compress one archive; more than 4 are not used. */
  readonly threads: number;
  /** A part ends after the row that makes it at least this long, before compression. Default 64 MiB. */
  readonly partBytes?: number;
  /** Null: archives get no manifest. */
  readonly manifest?: ManifestOptions | null;
}

export interface ManifestOptions extends Maker {
  /** Ed25519, private. */
  readonly signingKey: () => Promise<KeyObject>;
}

const defaultPartBytes = 64 * 1024 * 1024;
/** The threads are those that the whole process reads files with. */
const maxThreads = 4;

/**
 * Writes `OfflineQueryResult-<id>.zip` with its gzip parts as stored members. A part is compressed in memory and
 * then appended whole, so that its size and checksum stand before its bytes: readers that take a ZIP as a stream,
 * like Java's, refuse a stored member without. Equal rows and an equal task give equal bytes.
 *
 * The last member is the signed `manifest.json`, when there are options for it and the task has an origin.
 *
 * `write` rejects with the reason of the first thing that failed, or of `task.signal`, and leaves no file behind.
 */
export function createArchiveWriter({
  threads,
  partBytes = defaultPartBytes,
  manifest = null,
}: ArchiveWriterOptions): ArchiveWriter {
  const options = { threads: Math.min(threads, maxThreads), partBytes, manifest };
  return { write: (files, task) => writeArchive(files, task, options) };
}

async function writeArchive(
  files: AsyncIterable<RowFile>,
  task: ArchiveTask,
  options: Required<ArchiveWriterOptions>,
): Promise<ArchiveFile> {
  const rows = new RowStream(files);
  try {
    return await storeParts(rows, task, options);
  } finally {
    await rows.close();
  }
}

async function storeParts(
  rows: RowStream,
  task: ArchiveTask,
  options: Required<ArchiveWriterOptions>,
): Promise<ArchiveFile> {
  task.signal.throwIfAborted();
  const archivePath = path.join(task.directory, `OfflineQueryResult-${task.queryId}.zip`);
  const failure = new AbortController();
  const signal = AbortSignal.any([task.signal, failure.signal]);
  const target = await open(archivePath, 'w');
  const archive = new ZipArchive({ store: true });
  // Attached before anything is appended: an archive without a reader stalls once its buffers are full.
  const digest = new ArchiveDigest({ withSha256: options.manifest !== null });
  const stored = pipeline(archive, (chunks) => digest.through(chunks), target.createWriteStream(), {
    signal,
  });
  stored.catch((error: unknown) => failure.abort(error));
  try {
    const parts = await writeParts(rows, { archive, task, options, signal });
    const gzipBytes = parts.reduce((sum, part) => sum + part.gzipBytes, 0);
    const written = parts.reduce((sum, part) => sum + part.rows, 0);
    if (written !== rows.rows)
      throw new Error(`the parts have ${written} rows, the engine wrote ${rows.rows}`);
    if (options.manifest !== null && task.origin !== undefined) {
      const before = archive.pointer();
      const sha256 = await digest.sha256Of(before, signal);
      const content = { origin: task.origin, task, parts, archive: { bytes: before, sha256 } };
      const text = manifestText(content, options.manifest, await options.manifest.signingKey());
      archive.append(text, { name: manifestName, date: task.createdAt });
    }
    archive.finalize().catch((error: unknown) => failure.abort(error));
    await stored;
    const { size } = await stat(archivePath);
    if (size !== archive.pointer() || size <= gzipBytes)
      throw new Error(`the archive has ${size} bytes, ${archive.pointer()} were written`);
    return { path: archivePath, bytes: size, md5: digest.md5(), rows: written, gzipBytes };
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

async function writeParts(
  rows: RowStream,
  { archive, task, options, signal }: PartsContext,
): Promise<readonly ManifestPart[]> {
  const { columns, output, onProgress } = task;
  const parts = createPartReader(rows, { columns, output, partBytes: options.partBytes });
  async function* untilAborted(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const block of blocks) {
      signal.throwIfAborted();
      if (rows.takenShare !== null) onProgress?.(rows.takenShare);
      yield block;
    }
  }
  const written: ManifestPart[] = [];
  do {
    const before = { rows: parts.rows, bytes: parts.bytesWritten };
    const name = partName(task, written.length);
    const part = await buffer(gzipPart(untilAborted(parts.nextPart()), options.threads));
    const member = once(archive, 'entry', { signal });
    archive.append(part, { name, date: task.createdAt });
    await member;
    written.push({
      name,
      // Computed on a part in memory; the archive's own digest meets the same bytes later.
      sha256: options.manifest === null ? '' : createHash('sha256').update(part).digest('hex'),
      rows: parts.rows - before.rows,
      gzipBytes: part.length,
      bytes: parts.bytesWritten - before.bytes,
    });
  } while (!(await parts.isAtEnd()));
  return written;
}

/** The contract's name: a counter of 12 digits, as BigQuery numbers the shards of an extract. */
function partName({ queryId, output }: ArchiveTask, number: number): string {
  return `QueryResult-${queryId}-${String(number).padStart(12, '0')}.${output.format}.gz`;
}
