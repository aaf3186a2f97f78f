import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { fromFdPromise, type ZipFile } from 'yauzl';

/**
 * Writes the unpacked parts of an archive to `output`, in order, and skips other members. Of several
 * CSV parts only the first keeps its header. Leaves the file and `output` open. Returns the number of
 * bytes written.
 * @param file descriptor of the archive
 */
export async function unpackParts(file: number, output: Writable, signal: AbortSignal): Promise<number> {
  const zip = await fromFdPromise(file, { lazyEntries: true, autoClose: false });
  let bytes = 0;
  const counted = async function* (rows: AsyncIterable<Buffer>) {
    for await (const chunk of rows) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  // One pipeline for all parts: each leaves listeners on an output that it does not end.
  await pipeline(rowsOf(zip), counted, output, { end: false, signal });
  return bytes;
}

async function* rowsOf(zip: ZipFile): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith('.gz')) continue;
    const repeatsHeader = !isFirst && entry.fileName.endsWith('.csv.gz');
    isFirst = false;
    const part = unpacked(await zip.openReadStreamPromise(entry));
    yield* repeatsHeader ? withoutHeader(part) : part;
  }
}

async function* unpacked(packed: Readable): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  packed.once('error', (error) => gunzip.destroy(error));
  try {
    const chunks: AsyncIterable<Buffer> = packed.pipe(gunzip);
    yield* chunks;
  } finally {
    packed.destroy();
  }
}

const quote = 0x22;
const lineFeed = 0x0a;

/** Drops the first row, which ends at the first line end outside quotes. */
async function* withoutHeader(part: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isHeader = true;
  let isQuoted = false;
  for await (const chunk of part) {
    let start = 0;
    while (isHeader && start < chunk.length) {
      const byte = chunk[start];
      if (byte === quote) isQuoted = !isQuoted;
      isHeader = isQuoted || byte !== lineFeed;
      start += 1;
    }
    if (start < chunk.length) yield start === 0 ? chunk : chunk.subarray(start);
  }
}
