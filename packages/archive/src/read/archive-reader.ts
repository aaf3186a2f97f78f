import { pipeline, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32, createGunzip } from 'node:zlib';
import { fromRandomAccessReaderPromise, type Entry, type ZipFile } from 'yauzl';
import type { OutputColumn, OutputFormat } from '@hourglass/query';
import type { ArchiveReader, OpenResult, RowLayout } from '@hourglass/reports';
import { manifestName } from '../manifest/manifest.ts';
import { ArchiveBytes } from './archive-bytes.ts';
import { csvRows } from './csv-rows.ts';
import { ndjsonRows } from './ndjson-rows.ts';
import type { OpenRange } from './nested-zip.ts';
import { parquetRows } from './parquet-rows.ts';
import { sheetRows } from './sheet-rows.ts';

/** The size of an unpacked chunk. */
const chunkBytes = 64 * 1024;

/**
 * Creates a reader of the writer's archives. It verifies the sizes of members and the checksums of
 * parts.
 */
export function createArchiveReader(): ArchiveReader {
  return { rows: readRows };
}

async function* readRows(
  archive: OpenResult,
  { columns, output }: RowLayout,
): AsyncGenerator<readonly string[]> {
  const bytes = await ArchiveBytes.open(archive);
  const zip = await fromRandomAccessReaderPromise(bytes, archive.object.bytes, { lazyEntries: true });
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName === manifestName) continue;
      yield* rowsOf({ zip, bytes, entry }, columns, output);
    }
  } finally {
    zip.close();
  }
}

interface Part {
  readonly zip: ZipFile;
  readonly bytes: ArchiveBytes;
  readonly entry: Entry;
}

async function* rowsOf(
  { zip, bytes, entry }: Part,
  columns: readonly OutputColumn[],
  output: OutputFormat,
): AsyncGenerator<readonly string[]> {
  if (output.format === 'xlsx') {
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const openRange: OpenRange = (start, endExclusive) => bytes._readStreamForRange(start, endExclusive);
    yield* sheetRows({ openRange, start: fileDataStart, bytes: entry.compressedSize }, columns);
    return;
  }
  const member = await zip.openReadStreamPromise(entry);
  if (output.format === 'parquet') {
    yield* parquetRows(await wholeMember(member, entry), columns);
    return;
  }
  // An error of either stream is thrown by the iteration.
  const part = pipeline(member, createGunzip({ chunkSize: chunkBytes }), () => undefined);
  yield* output.format === 'csv' ? csvRows(part, columns, output) : ndjsonRows(part);
}

/** Verifies the checksum, which gzip parts have inside. */
async function wholeMember(member: Readable, { fileName, crc32: checksum }: Entry): Promise<Buffer> {
  const bytes = await buffer(member);
  if (crc32(bytes) !== checksum) throw new Error(`${fileName} differs from its checksum`);
  return bytes;
}
