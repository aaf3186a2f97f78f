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
  /** What is kept on disk. Files in use stay until they are no longer used, beyond this bound. */
  readonly maxBytes: number;
}

/** A file that is being fetched and that nobody wrote to for this long belongs to a process that died. */
const abandonedAfterMs = 60 * 60 * 1000;
const incomingSuffix = '.incoming';

/**
 * Keeps segments that were fetched from an object store, the least recently used are evicted. Several processes may
 * use one directory. A file gets its name only after its size and checksum were verified.
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
    /** Makes `file` a link to the segment. Throws ServiceUnavailable when it cannot be had whole. */
    put: async (segment: StoredSegment, file: string, signal: AbortSignal): Promise<void> => {
      const cached = fileOf(segment);
      const now = new Date();
      // A link first: what is evicted between the two would be missing in the end.
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
  if (source === null) throw unusable(segment, 'it is not there');
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
  if (bytes !== segment.bytes) throw unusable(segment, `it has ${bytes} bytes instead of ${segment.bytes}`);
  if (hash.digest('hex') !== segment.sha256) throw unusable(segment, 'its checksum is another');
}

function unusable({ key }: StoredSegment, fault: string): ServiceUnavailable {
  return new ServiceUnavailable('object store', new Error(`${key} cannot be read: ${fault}`));
}

/** Deletes what was used longest ago until at most `bytesLeft` are kept. */
async function makeRoom(directory: string, bytesLeft: number): Promise<void> {
  const files: { file: string; bytes: number; usedMs: number }[] = [];
  for (const name of await readdir(directory)) {
    const file = path.join(directory, name);
    // Other processes evict too.
    const found = await nullWhenMissing(stat(file));
    if (found === null) continue;
    const isAbandoned = name.endsWith(incomingSuffix) && Date.now() - found.mtimeMs > abandonedAfterMs;
    if (isAbandoned) await rm(file, { force: true });
    else files.push({ file, bytes: found.size, usedMs: found.mtimeMs });
  }
  let kept = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { file, bytes } of files.toSorted((a, b) => a.usedMs - b.usedMs)) {
    if (kept <= bytesLeft) return;
    if (file.endsWith(incomingSuffix)) continue;
    await rm(file, { force: true });
    kept -= bytes;
  }
}
