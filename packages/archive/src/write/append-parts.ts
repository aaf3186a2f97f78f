import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { ZipArchive } from 'archiver';
import type { ArchiveTask } from '@hourglass/reports';
import type { ManifestPart } from '../manifest/manifest.ts';

export interface PartsContext {
  readonly archive: ZipArchive;
  readonly task: ArchiveTask;
  /** `manifest` null: parts get no digest. */
  readonly options: {
    readonly partBytes: number;
    readonly threads: number;
    readonly maxSheetBytes: number;
    readonly manifest: object | null;
  };
  readonly signal: AbortSignal;
}

export interface PartContent {
  /** The bytes of the member. */
  readonly content: Buffer;
  /** The end of the member's name, such as `json.gz`. */
  readonly ending: string;
  readonly rows: number;
  /** Length unpacked. */
  readonly bytes: number;
}

/**
 * Appends parts to an archive and describes them. Each is appended whole, so that its size and checksum
 * precede its bytes: readers that take a ZIP as a stream, like Java's, refuse a stored member otherwise.
 */
export async function appendParts(
  parts: AsyncIterable<PartContent>,
  { archive, task, options, signal }: PartsContext,
): Promise<readonly ManifestPart[]> {
  const appended: ManifestPart[] = [];
  for await (const { content, ending, rows, bytes } of parts) {
    const name = `${partName(task.queryId, appended.length)}.${ending}`;
    const isAppended = once(archive, 'entry', { signal });
    archive.append(content, { name, date: task.createdAt });
    await isAppended;
    const sha256 = options.manifest === null ? '' : createHash('sha256').update(content).digest('hex');
    appended.push({ name, sha256, rows, gzipBytes: content.length, bytes });
  }
  return appended;
}

/**
 * Names parts as the contract says: with a counter of 12 digits, as BigQuery numbers the shards of
 * an extract.
 */
function partName(queryId: string, number: number): string {
  return `QueryResult-${queryId}-${String(number).padStart(12, '0')}`;
}
