import type { Readable, Writable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { fromFdPromise, type Entry, type ZipFile } from 'yauzl';
import { csvLayoutOf, markBytes, type CsvLayout } from '../manifest/csv-layout.ts';
import { manifestName } from '../manifest/manifest.ts';

/** The parts are no lines but files of their own, which do not become one file when they are joined. */
export class PartsAreFiles extends Error {
  override readonly name = 'PartsAreFiles';
  readonly parts: number;

  constructor(parts: number) {
    super(`the archive has ${parts} files of their own`);
    this.parts = parts;
  }
}

/**
 * Writes the unpacked parts of an archive to `output`, in order, and skips other members. Of several
 * CSV parts only the first keeps its header. A single Parquet file or workbook is written as it is.
 * Leaves the file and `output` open. Returns the number of bytes written.
 * @param file descriptor of the archive
 * @param options.linesOnly `output` shows text
 * @throws PartsAreFiles for several Parquet files, and for any with `linesOnly`
 */
export async function unpackParts(
  file: number,
  output: Writable,
  { signal, linesOnly = false }: { readonly signal: AbortSignal; readonly linesOnly?: boolean },
): Promise<number> {
  const zip = await fromFdPromise(file, { lazyEntries: true, autoClose: false });
  let bytes = 0;
  const counted = async function* (rows: AsyncIterable<Buffer>) {
    for await (const chunk of rows) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  // One pipeline for all parts: each leaves listeners on an output that it does not end.
  await pipeline(rowsOf(zip, linesOnly), counted, output, { end: false, signal });
  return bytes;
}

async function* rowsOf(zip: ZipFile, linesOnly: boolean): AsyncGenerator<Buffer> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(entry);
  const parts = entries.filter(({ fileName }) => fileName !== manifestName);
  const [only] = parts;
  if (only !== undefined && !only.fileName.endsWith('.gz')) {
    if (parts.length > 1 || linesOnly) throw new PartsAreFiles(parts.length);
    const file: AsyncIterable<Buffer> = await zip.openReadStreamPromise(only);
    yield* file;
    return;
  }
  const csv = csvLayoutOf(await planOf(zip, entries));
  let header: Buffer | null = null;
  for (const entry of parts) {
    const part = unpacked(await zip.openReadStreamPromise(entry));
    if (entry.fileName.endsWith('.csv.gz')) {
      const { first, rest } = await splitFirstRow(part);
      if (header === null) yield first;
      else yield first.subarray(repeatedBytes(first, header, csv));
      header ??= first;
      yield* rest;
    } else yield* part;
  }
}

/** Returns the length of what a part begins with and the first part has already shown. */
function repeatedBytes(first: Buffer, header: Buffer, csv: CsvLayout): number {
  // Without a manifest the layout is unknown: a first row is not a header because it should be one.
  if (csv.hasHeader) return first.equals(header) ? first.length : 0;
  return csv.hasByteOrderMark ? markBytes : 0;
}

/** Returns the plan in the manifest; null without a manifest. */
async function planOf(zip: ZipFile, entries: readonly Entry[]): Promise<unknown> {
  const manifest = entries.find(({ fileName }) => fileName === manifestName);
  if (manifest === undefined) return null;
  const { query } = (await json(await zip.openReadStreamPromise(manifest))) as { query?: unknown };
  return query;
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

/** Reads the first row, which ends at the first line end outside quotes, or with the part. */
async function splitFirstRow(
  part: AsyncGenerator<Buffer>,
): Promise<{ first: Buffer; rest: AsyncGenerator<Buffer> }> {
  const chunks: Buffer[] = [];
  let isQuoted = false;
  for (;;) {
    const { done, value } = await part.next();
    if (done === true) return { first: Buffer.concat(chunks), rest: part };
    for (const [index, byte] of value.entries()) {
      if (byte === quote) isQuoted = !isQuoted;
      else if (byte === lineFeed && !isQuoted) {
        const first = Buffer.concat([...chunks, value.subarray(0, index + 1)]);
        return { first, rest: prepend(value.subarray(index + 1), part) };
      }
    }
    chunks.push(value);
  }
}

async function* prepend(chunk: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (chunk.length > 0) yield chunk;
  yield* rest;
}
