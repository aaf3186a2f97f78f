import { createHash, type KeyObject } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { csvLayoutOf } from '../manifest/csv-layout.ts';
import { ManifestFault, manifestName, readManifest, type ResultManifest } from '../manifest/manifest.ts';
import { findManifest } from './find-manifest.ts';
import { knownLayouts } from './known-layouts.ts';
import { LayoutMatch } from './layout-match.ts';
import { readAt } from './read-at.ts';
import { verifyPart } from './verify-part.ts';
import type { PlacedMember, StoredMember, ZipLayout } from './zip-layout.ts';

/**
 * Verifies every byte of an archive: the manifest by its signature, the parts by their digests and
 * rows, the headers by a layout that a release has written. Holds the manifest and the central
 * directory in memory, never a whole part.
 * @throws ManifestFault that names the first fault.
 */
export async function verifyArchive(
  path: string,
  publicKey: KeyObject,
  layouts: readonly ZipLayout[] = knownLayouts,
): Promise<ResultManifest> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { offset, text, directoryOffset, end } = await findManifest(file, size);
    const manifest = readManifest(text, publicKey);
    const match = new LayoutMatch(layouts, manifest);
    const parts = await verifyParts(file, manifest, { match, endExclusive: offset });
    const own = { name: manifestName, bytes: text.length };
    const header = await checkHeader(file, own, { match, offset, endExclusive: directoryOffset });
    if (header.crc32 !== crc32(text)) throw wrongChecksum(manifestName);
    match.checkEnd([...parts, { ...own, crc32: header.crc32, offset }], end, directoryOffset);
    return manifest;
  } finally {
    await file.close();
  }
}

async function verifyParts(
  file: FileHandle,
  { parts, archive, query }: ResultManifest,
  { match, endExclusive }: { match: LayoutMatch; endExclusive: number },
): Promise<readonly PlacedMember[]> {
  if (archive.bytes !== endExclusive)
    throw new ManifestFault(
      `${manifestName}: begins at byte ${endExclusive}; expected byte ${archive.bytes}`,
    );
  const archiveHash = createHash('sha256');
  const csv = csvLayoutOf(query);
  const members: PlacedMember[] = [];
  let offset = 0;
  for (const part of parts) {
    const member = { name: part.name, bytes: part.gzipBytes };
    const header = await checkHeader(file, member, { match, offset, endExclusive });
    const start = offset + header.bytes.length;
    if (start + part.gzipBytes > endExclusive)
      throw new ManifestFault(`${part.name}: overlaps ${manifestName}`);
    archiveHash.update(header.bytes);
    const checksum = await verifyPart(file, part, { start, archiveHash, csv });
    if (header.crc32 !== checksum) throw wrongChecksum(part.name);
    members.push({ ...member, crc32: checksum, offset });
    offset = start + part.gzipBytes;
  }
  if (offset !== endExclusive)
    throw new ManifestFault(`${endExclusive - offset} bytes before ${manifestName} belong to no part`);
  if (archiveHash.digest('hex') !== archive.sha256)
    throw new ManifestFault(`the SHA-256 of all bytes before ${manifestName} differs from the signed one`);
  return members;
}

async function checkHeader(
  file: FileHandle,
  member: Omit<StoredMember, 'crc32'>,
  { match, offset, endExclusive }: { match: LayoutMatch; offset: number; endExclusive: number },
): Promise<{ bytes: Buffer; crc32: number }> {
  const length = Math.min(match.maxHeaderBytes(member.name), endExclusive - offset);
  const found = await readAt(file, offset, length);
  const { headerBytes, crc32: checksum } = match.checkLocalHeader(member, found, offset);
  return { bytes: found.subarray(0, headerBytes), crc32: checksum };
}

function wrongChecksum(name: string): ManifestFault {
  return new ManifestFault(`${name}: the CRC-32 in its header differs from that of its bytes`);
}
