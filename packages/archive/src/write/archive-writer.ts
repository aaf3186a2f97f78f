import type { KeyObject } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipArchive } from 'archiver';
import type { ArchiveFile, ArchiveTask, ArchiveWriter, RowFile } from '@hourglass/reports';
import { buildManifest, type Producer } from '../manifest/build-manifest.ts';
import { manifestName, type ManifestPart } from '../manifest/manifest.ts';
import { ArchiveDigest } from './archive-digest.ts';
import { appendParts, type PartContent, type PartsContext } from './append-parts.ts';
import { lineParts } from './line-parts.ts';
import { parquetParts } from './parquet-parts.ts';
import { sheetPart } from './sheet-part.ts';

export interface ArchiveWriterOptions {
  /** Threads of libuv's pool that compress one archive; at most 4 are used. */
  readonly threads: number;
  /**
   * A part ends after the row that makes it at least this long, before compression. Default: 64
   * MiB.
   */
  readonly partBytes?: number;
  /** Maximum size of a workbook, which is in memory while it is appended. Default: 128 MiB. */
  readonly maxSheetBytes?: number;
  /** Null: archives get no manifest. */
  readonly manifest?: ManifestOptions | null;
}

export interface ManifestOptions extends Producer {
  /** Reads the Ed25519 private key. */
  readonly signingKey: () => Promise<KeyObject>;
}

const defaultPartBytes = 64 * 1024 * 1024;
const defaultMaxSheetBytes = 128 * 1024 * 1024;
/** The whole process reads files with the same threads. */
const maxThreads = 4;

/**
 * Creates the writer of `OfflineQueryResult-<id>.zip`, whose members are gzip parts, Parquet files
 * or one workbook, stored without further compression. Equal rows and tasks give equal bytes. With `manifest` and an origin in the
 * task, the last member is the signed `manifest.json`.
 *
 * `write` rejects with the first failure or the reason of `task.signal`, and then leaves no file.
 */
export function createArchiveWriter({
  threads,
  partBytes = defaultPartBytes,
  maxSheetBytes = defaultMaxSheetBytes,
  manifest = null,
}: ArchiveWriterOptions): ArchiveWriter {
  const options = { threads: Math.min(threads, maxThreads), partBytes, maxSheetBytes, manifest };
  return { write: (files, task) => writeArchive(files, task, options) };
}

async function writeArchive(
  files: AsyncIterable<RowFile>,
  task: ArchiveTask,
  options: Required<ArchiveWriterOptions>,
): Promise<ArchiveFile> {
  task.signal.throwIfAborted();
  const archivePath = path.join(task.directory, `OfflineQueryResult-${task.queryId}.zip`);
  const failure = new AbortController();
  const signal = AbortSignal.any([task.signal, failure.signal]);
  const target = await open(archivePath, 'w');
  const archive = new ZipArchive({ store: true });
  const digest = new ArchiveDigest({ withSha256: options.manifest !== null });
  // Begins to read before anything is appended: an unread archive stalls when its buffers are full.
  const stored = pipeline(archive, (chunks) => digest.through(chunks), target.createWriteStream(), {
    signal,
  });
  stored.catch((error: unknown) => failure.abort(error));
  try {
    const context = { archive, task, options, signal };
    const parts = await appendParts(partsOf(files, context), context);
    await appendManifest({ archive, digest, parts, signal }, task, options.manifest);
    archive.finalize().catch((error: unknown) => failure.abort(error));
    await stored;
    const gzipBytes = parts.reduce((sum, part) => sum + part.gzipBytes, 0);
    const { size } = await stat(archivePath);
    if (size !== archive.pointer() || size <= gzipBytes)
      throw new Error(`the archive has ${size} bytes; expected ${archive.pointer()}`);
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    return { path: archivePath, bytes: size, md5: digest.md5(), rows, gzipBytes };
  } catch (error) {
    failure.abort(error);
    await Promise.allSettled([stored]);
    await rm(archivePath, { force: true });
    throw task.signal.aborted ? task.signal.reason : failure.signal.reason;
  }
}

function partsOf(files: AsyncIterable<RowFile>, context: PartsContext): AsyncIterable<PartContent> {
  const { format } = context.task.output;
  switch (format) {
    case 'json':
    case 'csv':
      return lineParts(files, context);
    case 'parquet':
      return parquetParts(files, context);
    case 'xlsx':
      return sheetPart(files, context);
    default:
      return format satisfies never;
  }
}

interface AppendedParts {
  readonly archive: ZipArchive;
  readonly digest: ArchiveDigest;
  readonly parts: readonly ManifestPart[];
  readonly signal: AbortSignal;
}

async function appendManifest(
  { archive, digest, parts, signal }: AppendedParts,
  task: ArchiveTask,
  options: ManifestOptions | null,
): Promise<void> {
  if (options === null || task.origin === undefined) return;
  const bytes = archive.pointer();
  const sha256 = await digest.sha256Of(bytes, signal);
  const content = { origin: task.origin, task, parts, archive: { bytes, sha256 } };
  const text = buildManifest(content, options, await options.signingKey());
  archive.append(text, { name: manifestName, date: task.createdAt });
}
