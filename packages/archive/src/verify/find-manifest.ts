import type { FileHandle } from 'node:fs/promises';
import { ManifestFault, manifestName } from '../manifest/manifest.ts';
import { endBytes, localHeaderBytes, zip64EndBytes, zip64LocatorBytes } from './archive-layout.ts';

export interface ManifestPlace {
  /** Of its local header. */
  readonly offset: number;
  readonly text: Buffer;
  /** Where the central directory begins. */
  readonly directoryOffset: number;
}

/** Holds the manifest of hundreds of thousands of parts. */
const maxManifestBytes = 64 * 1024 * 1024;
const largest32 = 0xffff_ffff;
const centralHeaderBytes = 46 + manifestName.length;
const zip64ExtraBytes = 28;

/**
 * Finds the manifest by the end of an archive. What it goes by is not verified here: the caller holds every byte
 * against those that follow from the manifest.
 * @throws ManifestFault when the end is not that of an archive whose last member is a manifest.
 */
export async function findManifest(file: FileHandle, fileBytes: number): Promise<ManifestPlace> {
  const tailBytes = Math.min(
    fileBytes,
    endBytes + zip64EndBytes + zip64LocatorBytes + centralHeaderBytes + zip64ExtraBytes,
  );
  const tail = await readAt(file, fileBytes - tailBytes, tailBytes);
  const end = tail.length - endBytes;
  if (end < centralHeaderBytes || tail.toString('latin1', end, end + 4) !== 'PK\x05\x06')
    throw new ManifestFault('the file does not end as a ZIP archive without a comment does');
  let directoryOffset = tail.readUInt32LE(end + 16);
  let directoryEnd = end;
  if (directoryOffset === largest32 || tail.readUInt16LE(end + 10) === 0xffff) {
    directoryEnd = end - zip64LocatorBytes - zip64EndBytes;
    if (
      directoryEnd < centralHeaderBytes ||
      tail.toString('latin1', directoryEnd, directoryEnd + 4) !== 'PK\x06\x06'
    )
      throw new ManifestFault('the file has no ZIP64 end record where it must be');
    directoryOffset = Number(tail.readBigUInt64LE(directoryEnd + 48));
  }
  const offset = manifestOffset(tail.subarray(0, directoryEnd));
  const start = offset + localHeaderBytes + manifestName.length;
  const bytes = directoryOffset - start;
  if (directoryOffset > fileBytes || bytes < 0 || bytes > maxManifestBytes)
    throw new ManifestFault(`the end of the archive says that ${manifestName} has ${bytes} bytes`);
  return { offset, text: await readAt(file, start, bytes), directoryOffset };
}

/** By the last header of the central directory. */
function manifestOffset(directory: Buffer): number {
  for (const extraBytes of [0, zip64ExtraBytes]) {
    const start = directory.length - centralHeaderBytes - extraBytes;
    if (start < 0 || directory.toString('latin1', start, start + 4) !== 'PK\x01\x02') continue;
    if (directory.toString('latin1', start + 46, start + centralHeaderBytes) !== manifestName) continue;
    if (extraBytes === 0) return directory.readUInt32LE(start + 42);
    return Number(directory.readBigUInt64LE(start + centralHeaderBytes + 20));
  }
  throw new ManifestFault(`the last member of the archive is no ${manifestName}`);
}

/** @throws ManifestFault when the file ends before. */
export async function readAt(file: FileHandle, start: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, start + filled);
    if (bytesRead === 0) throw new ManifestFault('the file ends too early');
    filled += bytesRead;
  }
  return buffer;
}
