/**
 * The header bytes of one way to write an archive (ZIP, APPNOTE 6.3.10). Everything else in the
 * headers follows from the members, so the verifier compares whole headers and trusts no field that
 * it reads.
 */
export interface ZipLayout {
  /** The first release that wrote it, as in the manifest's `hourglassVersion`. */
  readonly since: string;
  /** "Version made by": the host system in the high byte, ten times the version in the low one. */
  readonly versionMadeBy: number;
  readonly versionNeeded: number;
  /**
   * "Version needed" of a central header with a ZIP64 extra field, and both versions of the ZIP64
   * end record.
   */
  readonly zip64Version: number;
  /** General purpose bit flag. */
  readonly flags: number;
  /** Host-dependent file attributes of a member. */
  readonly externalAttributes: number;
  /** Extra fields of every local and central header, after the ZIP64 one. */
  readonly extraFields: (createdAt: Date) => Buffer;
}

/** A stored (uncompressed) member, as its headers describe it. */
export interface StoredMember {
  /** ASCII. */
  readonly name: string;
  readonly bytes: number;
  readonly crc32: number;
}

export interface PlacedMember extends StoredMember {
  /** Offset of its local header. */
  readonly offset: number;
}

export const localHeaderBytes = 30;
export const centralHeaderBytes = 46;
export const endRecordBytes = 22;
export const zip64EndRecordBytes = 56;
export const zip64LocatorBytes = 20;
export const zip64ExtraId = 1;
export const largest16 = 0xffff;
export const largest32 = 0xffff_ffff;

/** Returns date and time in MS-DOS format: UTC, in steps of two seconds. */
function dosTime(time: Date): number {
  const day =
    ((time.getUTCFullYear() - 1980) << 25) | ((time.getUTCMonth() + 1) << 21) | (time.getUTCDate() << 16);
  return (day | (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1)) >>> 0;
}

/** Returns a member's local header, name and extra fields included. */
export function localHeader(
  layout: ZipLayout,
  { name, bytes, crc32 }: StoredMember,
  createdAt: Date,
): Buffer {
  const extra = layout.extraFields(createdAt);
  const header = Buffer.alloc(localHeaderBytes);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt16LE(layout.versionNeeded, 4);
  header.writeUInt16LE(layout.flags, 6);
  header.writeUInt32LE(dosTime(createdAt), 10);
  header.writeUInt32LE(crc32, 14);
  header.writeUInt32LE(bytes, 18);
  header.writeUInt32LE(bytes, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, Buffer.from(name, 'latin1'), extra]);
}

/**
 * Returns everything after the bytes of the last member: the central directory, which begins at
 * `offset`, and the end records.
 */
export function archiveEnd(
  layout: ZipLayout,
  members: readonly PlacedMember[],
  { createdAt, offset }: { createdAt: Date; offset: number },
): Buffer {
  const directory = Buffer.concat(members.map((member) => centralHeader(layout, member, createdAt)));
  const isZip64 = members.length > largest16 || directory.length > largest32 || offset > largest32;
  const extent = { entries: members.length, bytes: directory.length, offset };
  return Buffer.concat([
    directory,
    ...(isZip64 ? [zip64EndRecord(layout, extent)] : []),
    endRecord(extent, isZip64),
  ]);
}

function centralHeader(
  layout: ZipLayout,
  { name, bytes, crc32, offset }: PlacedMember,
  createdAt: Date,
): Buffer {
  const isZip64 = offset > largest32;
  const extra = Buffer.concat([
    ...(isZip64 ? [zip64Extra(bytes, offset)] : []),
    layout.extraFields(createdAt),
  ]);
  const header = Buffer.alloc(centralHeaderBytes);
  header.write('PK\x01\x02', 'latin1');
  header.writeUInt16LE(layout.versionMadeBy, 4);
  header.writeUInt16LE(isZip64 ? layout.zip64Version : layout.versionNeeded, 6);
  header.writeUInt16LE(layout.flags, 8);
  header.writeUInt32LE(dosTime(createdAt), 12);
  header.writeUInt32LE(crc32, 16);
  header.writeUInt32LE(isZip64 ? largest32 : bytes, 20);
  header.writeUInt32LE(isZip64 ? largest32 : bytes, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(layout.externalAttributes, 38);
  header.writeUInt32LE(isZip64 ? largest32 : offset, 42);
  return Buffer.concat([header, Buffer.from(name, 'latin1'), extra]);
}

function zip64Extra(bytes: number, offset: number): Buffer {
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(zip64ExtraId, 0);
  extra.writeUInt16LE(24, 2);
  extra.writeBigUInt64LE(BigInt(bytes), 4);
  extra.writeBigUInt64LE(BigInt(bytes), 12);
  extra.writeBigUInt64LE(BigInt(offset), 20);
  return extra;
}

interface DirectoryExtent {
  readonly entries: number;
  readonly bytes: number;
  readonly offset: number;
}

/** The ZIP64 end record and its locator. */
function zip64EndRecord({ zip64Version }: ZipLayout, { entries, bytes, offset }: DirectoryExtent): Buffer {
  const record = Buffer.alloc(zip64EndRecordBytes + zip64LocatorBytes);
  record.write('PK\x06\x06', 'latin1');
  // The size of the record without its first 12 bytes.
  record.writeBigUInt64LE(BigInt(zip64EndRecordBytes - 12), 4);
  record.writeUInt16LE(zip64Version, 12);
  record.writeUInt16LE(zip64Version, 14);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(bytes), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  record.write('PK\x06\x07', zip64EndRecordBytes, 'latin1');
  record.writeBigUInt64LE(BigInt(offset + bytes), zip64EndRecordBytes + 8);
  record.writeUInt32LE(1, zip64EndRecordBytes + 16);
  return record;
}

function endRecord({ entries, bytes, offset }: DirectoryExtent, isZip64: boolean): Buffer {
  const record = Buffer.alloc(endRecordBytes);
  record.write('PK\x05\x06', 'latin1');
  record.writeUInt16LE(isZip64 ? largest16 : entries, 8);
  record.writeUInt16LE(isZip64 ? largest16 : entries, 10);
  record.writeUInt32LE(isZip64 ? largest32 : bytes, 12);
  record.writeUInt32LE(isZip64 ? largest32 : offset, 16);
  return record;
}
