import type { FileHandle } from 'node:fs/promises';
import { ManifestFault, manifestName } from '../manifest/manifest.ts';
import { readAt } from './read-at.ts';
import {
  centralHeaderBytes,
  endRecordBytes,
  largest16,
  largest32,
  localHeaderBytes,
  zip64EndRecordBytes,
  zip64ExtraId,
  zip64LocatorBytes,
} from './zip-layout.ts';

export interface FoundManifest {
  /** Offset of its local header. */
  readonly offset: number;
  readonly text: Buffer;
  readonly directoryOffset: number;
  /** The central directory and the end records: all bytes after the manifest. */
  readonly end: Buffer;
}

/** Bounds the manifest and the central directory: enough for 300,000 parts. */
const maxBytes = 64 * 1024 * 1024;

/**
 * Finds the manifest as any ZIP reader does, from the end of the file, in any layout. Nothing that
 * it reads is verified: the caller compares all bytes with those that follow from the manifest.
 * @throws ManifestFault when the file is not an archive whose last member is a manifest.
 */
export async function findManifest(file: FileHandle, fileBytes: number): Promise<FoundManifest> {
  const directory = await findDirectory(file, fileBytes);
  const endBytes = fileBytes - directory.offset;
  if (directory.offset > directory.endExclusive || endBytes > maxBytes)
    throw new ManifestFault(`the central directory: impossible offset ${directory.offset}`);
  const end = await readAt(file, directory.offset, endBytes);
  const headers = end.subarray(0, directory.endExclusive - directory.offset);
  const offset = lastMemberOffset(headers, directory.offset);
  if (offset + localHeaderBytes > directory.offset)
    throw new ManifestFault(`${manifestName}: impossible offset ${offset}`);
  const header = await readAt(file, offset, localHeaderBytes);
  const start = offset + localHeaderBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
  const bytes = directory.offset - start;
  if (bytes < 0 || bytes > maxBytes)
    throw new ManifestFault(`${manifestName}: impossible length of ${bytes} bytes`);
  return { offset, text: await readAt(file, start, bytes), directoryOffset: directory.offset, end };
}

/** Reads the end records for where the central directory begins and ends. */
async function findDirectory(
  file: FileHandle,
  fileBytes: number,
): Promise<{ offset: number; endExclusive: number }> {
  const tailBytes = Math.min(fileBytes, zip64LocatorBytes + endRecordBytes);
  const tail = await readAt(file, fileBytes - tailBytes, tailBytes);
  const record = tail.subarray(-endRecordBytes);
  if (record.length < endRecordBytes || !begins(record, 'PK\x05\x06'))
    throw new ManifestFault('the file does not end like a ZIP archive without a comment');
  const offset = record.readUInt32LE(16);
  const isZip64 = offset === largest32 || record.readUInt16LE(10) === largest16;
  if (!isZip64) return { offset, endExclusive: fileBytes - endRecordBytes };
  const endExclusive = begins(tail, 'PK\x06\x07') ? position(tail, 8) : fileBytes;
  if (endExclusive + zip64EndRecordBytes > fileBytes)
    throw new ManifestFault('the file has no ZIP64 end record where its end says');
  const zip64Record = await readAt(file, endExclusive, zip64EndRecordBytes);
  if (!begins(zip64Record, 'PK\x06\x06'))
    throw new ManifestFault('the file has no ZIP64 end record where its end says');
  return { offset: position(zip64Record, 48), endExclusive };
}

/** Walks the central directory, which begins at `start`, to its last header. */
function lastMemberOffset(directory: Buffer, start: number): number {
  let last = 0;
  for (let at = 0; at < directory.length;) {
    last = at;
    const header = directory.subarray(at);
    if (header.length < centralHeaderBytes || !begins(header, 'PK\x01\x02'))
      throw new ManifestFault(`the central directory: expected a header at byte ${start + at}`);
    at += centralHeaderBytes + header.readUInt16LE(28) + header.readUInt16LE(30) + header.readUInt16LE(32);
  }
  const header = directory.subarray(last);
  const nameEnd = centralHeaderBytes + manifestName.length;
  if (header.toString('latin1', centralHeaderBytes, nameEnd) !== manifestName)
    throw new ManifestFault(`the last member of the archive is not ${manifestName}`);
  const offset = header.readUInt32LE(42);
  return offset === largest32 ? zip64Offset(header.subarray(nameEnd)) : offset;
}

/** Reads the offset from a ZIP64 extra field that has both sizes before it. */
function zip64Offset(extra: Buffer): number {
  if (extra.length < 28 || extra.readUInt16LE(0) !== zip64ExtraId)
    throw new ManifestFault('the central directory: expected a ZIP64 offset in its last header');
  return position(extra, 20);
}

function begins(bytes: Buffer, signature: string): boolean {
  return bytes.toString('latin1', 0, signature.length) === signature;
}

function position(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}
