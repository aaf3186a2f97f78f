import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip, crc32 } from 'node:zlib';
import type { CsvLayout } from '../manifest/csv-layout.ts';
import { ManifestFault, type ManifestPart } from '../manifest/manifest.ts';
import { countParquetRows } from '../read/parquet-file.ts';
import { countRows, type PartCount } from './count-rows.ts';
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
    for (let read = 0; read < part.gzipBytes; read += chunkBytes) {
      const chunk = await readAt(file, start + read, Math.min(chunkBytes, part.gzipBytes - read));
      partHash.update(chunk);
      archiveHash.update(chunk);
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  }
  const count = part.name.endsWith('.parquet')
    ? await readAndCount(memberBytes(), part.name)
    : await unpackAndCount(memberBytes(), part.name, csv);
  if (partHash.digest('hex') !== part.sha256)
    throw new ManifestFault(`${part.name}: its SHA-256 differs from the signed one`);
  if (count.rows !== part.rows)
    throw new ManifestFault(`${part.name}: ${count.rows} rows; expected ${part.rows}`);
  if (count.bytes !== part.bytes)
    throw new ManifestFault(`${part.name}: ${count.bytes} bytes unpacked; expected ${part.bytes}`);
  return checksum;
}

async function readAndCount(memberBytes: AsyncIterable<Buffer>, name: string): Promise<PartCount> {
  const file = await buffer(memberBytes);
  try {
    return { rows: countParquetRows(file), bytes: file.length };
  } catch (error) {
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
