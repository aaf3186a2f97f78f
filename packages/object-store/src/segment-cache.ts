import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StoredSegment } from '@hourglass/query';
import { createSemaphore, ServiceUnavailable, type ObjectStore } from '@hourglass/reports';
import { nullWhenMissing } from './folder-files.ts';
import { linkOrCopy, requireSize } from './segment-links.ts';

export interface SegmentCacheOptions {
  readonly directory: string;
  /**
   * Bound of the files kept. Evicted files occupy disk space until the last attempt that links them
   * ends.
   */
  readonly maxBytes: number;
}

/** An incoming file without a write for this long belongs to a dead process. */
const abandonedAfterMs = 60 * 60 * 1000;
const incomingSuffix = '.incoming';

/**
 * Creates a cache of segments from an object store that evicts the least recently used. Several
 * processes may use one directory. A file gets its final name after its size and checksum are
 * verified.
 */
export function createSegmentCache(objects: ObjectStore, { directory, maxBytes }: SegmentCacheOptions) {
  const evictions = createSemaphore(1);
  const fileOf = ({ id }: StoredSegment) => path.join(directory, `${id}.parquet`);

  async function fetch(segment: StoredSegment, signal: AbortSignal): Promise<string> {
    await mkdir(directory, { recursive: true });
    await evictions.run(signal, () => makeRoom(directory, maxBytes - segment.bytes));
    const incoming = path.join(directory, `${randomUUID()}${incomingSuffix}`);
    try {
      await download(objects, segment, incoming, signal);
      return incoming;
    } catch (error) {
      await rm(incoming, { force: true });
      throw error;
    }
  }

  return {
    /**
     * Links `file` to the segment.
     * @throws ServiceUnavailable when the segment is missing or damaged
     */
    linkSegment: async (segment: StoredSegment, file: string, signal: AbortSignal): Promise<void> => {
      const cached = fileOf(segment);
      const now = new Date();
      // Links before anything else: another process may evict the file at any time.
      if ((await nullWhenMissing(linkOrCopy(cached, file).then(() => true))) === true) {
        await nullWhenMissing(utimes(cached, now, now));
        await requireSize(file, segment);
        return;
      }
      const incoming = await fetch(segment, signal);
      await linkOrCopy(incoming, file);
      if (segment.bytes <= maxBytes) await rename(incoming, cached);
      else await rm(incoming);
    },
  };
}

async function download(
  objects: ObjectStore,
  segment: StoredSegment,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const source = await objects.read(segment.key);
  if (source === null) throw unusable(segment, 'no such object');
  const hash = createHash('sha256');
  let bytes = 0;
  const measured = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  await pipeline(Readable.from(source), measured, createWriteStream(file, { flags: 'wx' }), { signal });
  if (bytes !== segment.bytes) throw unusable(segment, `${bytes} bytes; expected ${segment.bytes}`);
  if (hash.digest('hex') !== segment.sha256)
    throw unusable(segment, 'its SHA-256 differs from the recorded one');
}

function unusable({ key }: StoredSegment, fault: string): ServiceUnavailable {
  return new ServiceUnavailable('object store', new Error(`${key}: ${fault}`));
}

/** Evicts the least recently used files until at most `maxBytes` are left. */
async function makeRoom(directory: string, maxBytes: number): Promise<void> {
  const files: { file: string; bytes: number; usedMs: number }[] = [];
  for (const name of await readdir(directory)) {
    const file = path.join(directory, name);
    // Null: another process evicted it.
    const found = await nullWhenMissing(stat(file));
    if (found === null) continue;
    const isAbandoned = name.endsWith(incomingSuffix) && Date.now() - found.mtimeMs > abandonedAfterMs;
    if (isAbandoned) await rm(file, { force: true });
    else files.push({ file, bytes: found.size, usedMs: found.mtimeMs });
  }
  let kept = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { file, bytes } of files.toSorted((a, b) => a.usedMs - b.usedMs)) {
    if (kept <= maxBytes) return;
    if (file.endsWith(incomingSuffix)) continue;
    await rm(file, { force: true });
    kept -= bytes;
  }
}
