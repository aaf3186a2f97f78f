import { createHash, type Hash, type KeyObject } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, crc32 } from 'node:zlib';
import {
  ManifestFault,
  manifestName,
  readManifest,
  type ManifestPart,
  type ResultManifest,
} from '../manifest/manifest.ts';
import { archiveEnd, dosTime, localHeader, type PlacedMember } from './archive-layout.ts';
import { countRows, type PartCount } from './count-rows.ts';
import { findManifest, readAt } from './find-manifest.ts';

/** Read at a time. */
const chunkBytes = 256 * 1024;

/**
 * Verifies every byte of an archive: the manifest by its signature, the parts by their digests and rows, and the
 * headers around them by what has to stand there. Needs memory for the manifest and the directory, not for the parts.
 * @throws ManifestFault that names what is wrong.
 */
export async function verifyArchive(path: string, publicKey: KeyObject): Promise<ResultManifest> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { offset, text, directoryOffset } = await findManifest(file, size);
    const manifest = readManifest(text, publicKey);
    const time = dosTime(new Date(manifest.createdAt));
    const members = await verifyParts(file, manifest, { time, endExclusive: offset });
    const own = { name: manifestName, bytes: text.length, crc32: crc32(text), offset };
    const header = localHeader(own, time);
    await compareAt(file, offset, header, `the header of ${manifestName}`);
    const end = archiveEnd([...members, own], time, directoryOffset);
    if (size !== directoryOffset + end.length)
      throw new ManifestFault(
        `the archive has ${size} bytes, its members make ${directoryOffset + end.length}`,
      );
    await compareAt(file, directoryOffset, end, 'the central directory');
    return manifest;
  } finally {
    await file.close();
  }
}

async function verifyParts(
  file: FileHandle,
  { parts, archive }: ResultManifest,
  { time, endExclusive }: { time: number; endExclusive: number },
): Promise<readonly PlacedMember[]> {
  if (archive.bytes !== endExclusive)
    throw new ManifestFault(
      `${manifestName} begins at byte ${endExclusive}; signed are ${archive.bytes} before it`,
    );
  const all = createHash('sha256');
  const members: PlacedMember[] = [];
  let offset = 0;
  for (const part of parts) {
    const headerBytes = localHeader({ name: part.name, bytes: 0, crc32: 0 }, time).length;
    if (offset + headerBytes + part.gzipBytes > endExclusive)
      throw new ManifestFault(`${part.name} does not fit in front of ${manifestName}`);
    const header = await readAt(file, offset, headerBytes);
    all.update(header);
    const checksum = await verifyPart(file, part, { start: offset + headerBytes, all });
    const member = { name: part.name, bytes: part.gzipBytes, crc32: checksum, offset };
    compare(header, localHeader(member, time), `the header of ${part.name}`, offset);
    members.push(member);
    offset += headerBytes + part.gzipBytes;
  }
  if (offset !== endExclusive)
    throw new ManifestFault(`${endExclusive - offset} bytes in front of ${manifestName} belong to no part`);
  if (all.digest('hex') !== archive.sha256)
    throw new ManifestFault(`the SHA-256 of everything in front of ${manifestName} is another`);
  return members;
}

/** Answers the CRC-32 of its gzip bytes. */
async function verifyPart(
  file: FileHandle,
  part: ManifestPart,
  { start, all }: { start: number; all: Hash },
): Promise<number> {
  const own = createHash('sha256');
  let checksum = 0;
  async function* bytes(): AsyncGenerator<Buffer> {
    for (let read = 0; read < part.gzipBytes; read += chunkBytes) {
      const chunk = await readAt(file, start + read, Math.min(chunkBytes, part.gzipBytes - read));
      own.update(chunk);
      all.update(chunk);
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  }
  const count = await unpack(bytes(), part);
  if (own.digest('hex') !== part.sha256)
    throw new ManifestFault(`${part.name}: the SHA-256 of its bytes is another`);
  if (count.rows !== part.rows)
    throw new ManifestFault(`${part.name} has ${count.rows} rows, signed are ${part.rows}`);
  if (count.bytes !== part.bytes)
    throw new ManifestFault(`${part.name} unpacks to ${count.bytes} bytes, signed are ${part.bytes}`);
  return checksum;
}

async function unpack(bytes: AsyncIterable<Buffer>, { name }: ManifestPart): Promise<PartCount> {
  const format = name.endsWith('.csv.gz') ? 'csv' : 'json';
  let count: PartCount | undefined;
  try {
    await pipeline(
      Readable.from(bytes),
      createGunzip({ chunkSize: chunkBytes }),
      async (unpacked: AsyncIterable<Buffer>) => {
        count = await countRows(unpacked, format);
      },
    );
  } catch (error) {
    if (error instanceof ManifestFault) throw error;
    throw new ManifestFault(
      `${name} cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (count === undefined) throw new Error('a part was not counted');
  return count;
}

async function compareAt(file: FileHandle, offset: number, expected: Buffer, what: string): Promise<void> {
  compare(await readAt(file, offset, expected.length), expected, what, offset);
}

function compare(found: Buffer, expected: Buffer, what: string, offset: number): void {
  if (found.equals(expected)) return;
  const index = expected.findIndex((byte, at) => byte !== found[at]);
  throw new ManifestFault(`${what} is not as it was written, from byte ${offset + index} on`);
}
