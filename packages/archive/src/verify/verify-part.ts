import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip, crc32 } from 'node:zlib';
import type { CsvLayout } from '../manifest/csv-layout.ts';
import { ManifestFault, type ManifestPart } from '../manifest/manifest.ts';
import type { OpenRange } from '../read/nested-zip.ts';
import { countParquetRows } from '../read/parquet-file.ts';
import { countRows, type PartCount } from './count-rows.ts';
import { countSheetRows } from './count-sheet-rows.ts';
import { readAt } from './read-at.ts';

/** The size of one read, and of one unpacked chunk. */
const chunkBytes = 256 * 1024;

interface PartContext {
  readonly start: number;
  readonly archiveHash: Hash;
  /** Layout of the parts if they are CSV. */
  readonly csv: CsvLayout;
}

/**
 * Verifies the part whose bytes begin at `start`: its digest, its rows and its length
 * unpacked. Adds its bytes to `archiveHash` and returns their CRC-32.
 * @throws ManifestFault
 */
export async function verifyPart(
  file: FileHandle,
  part: ManifestPart,
  { start, archiveHash, csv }: PartContext,
): Promise<number> {
  const partHash = createHash('sha256');
  let checksum = 0;
  async function* memberBytes(): AsyncGenerator<Buffer> {
    for await (const chunk of chunksOf(file, start, start + part.gzipBytes)) {
      partHash.update(chunk);
      archiveHash.update(chunk);
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  }
  const count = await countPart(memberBytes(), part.name, { file, start, csv });
  if (partHash.digest('hex') !== part.sha256)
    throw new ManifestFault(`${part.name}: its SHA-256 differs from the signed one`);
  if (count.rows !== part.rows)
    throw new ManifestFault(`${part.name}: ${count.rows} rows; expected ${part.rows}`);
  if (count.bytes !== part.bytes)
    throw new ManifestFault(`${part.name}: ${count.bytes} bytes unpacked; expected ${part.bytes}`);
  return checksum;
}

async function* chunksOf(file: FileHandle, start: number, endExclusive: number): AsyncGenerator<Buffer> {
  for (let at = start; at < endExclusive; at += chunkBytes)
    yield await readAt(file, at, Math.min(chunkBytes, endExclusive - at));
}

interface CountContext {
  readonly file: FileHandle;
  readonly start: number;
  readonly csv: CsvLayout;
}

async function countPart(
  memberBytes: AsyncIterable<Buffer>,
  name: string,
  { file, start, csv }: CountContext,
): Promise<PartCount> {
  if (name.endsWith('.gz')) return unpackAndCount(memberBytes, name, csv);
  try {
    if (name.endsWith('.parquet')) {
      const content = await buffer(memberBytes);
      return { rows: countParquetRows(content), bytes: content.length };
    }
    let bytes = 0;
    for await (const chunk of memberBytes) bytes += chunk.length;
    const openRange: OpenRange = (first, endExclusive) =>
      Readable.from(chunksOf(file, first, endExclusive), { objectMode: false });
    return { rows: await countSheetRows({ openRange, start, bytes }), bytes };
  } catch (error) {
    if (error instanceof ManifestFault) throw error;
    throw new ManifestFault(
      `${name}: cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function unpackAndCount(
  gzipBytes: AsyncIterable<Buffer>,
  name: string,
  csv: CsvLayout,
): Promise<PartCount> {
  let count: PartCount | undefined;
  try {
    await pipeline(
      Readable.from(gzipBytes),
      createGunzip({ chunkSize: chunkBytes }),
      async (unpacked: AsyncIterable<Buffer>) => {
        count = await countRows(unpacked, name.endsWith('.csv.gz') ? csv : null);
      },
    );
  } catch (error) {
    if (error instanceof ManifestFault) throw error;
    throw new ManifestFault(
      `${name}: cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (count === undefined) throw new Error('unreachable: the part was unpacked without counting its rows');
  return count;
}
