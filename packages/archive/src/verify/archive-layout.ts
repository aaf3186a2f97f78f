/** A stored member of an archive, as its headers describe it. */
export interface StoredMember {
  /** ASCII. */
  readonly name: string;
  readonly bytes: number;
  readonly crc32: number;
}

export interface PlacedMember extends StoredMember {
  /** Of its local header. */
  readonly offset: number;
}

/**
 * The headers of a ZIP archive (APPNOTE 6.3) as the worker writes them. They depend on the members alone, so a header
 * is right when it is equal to this one: there is no field that a reader would have to trust.
 */
export const localHeaderBytes = 30;
export const endBytes = 22;
export const zip64EndBytes = 56;
export const zip64LocatorBytes = 20;
const largest32 = 0xffff_ffff;
const largest16 = 0xffff;
const zip64Version = 45;

/** Date and time of DOS in UTC, in steps of two seconds. */
export function dosTime(time: Date): number {
  const day =
    ((time.getUTCFullYear() - 1980) << 25) | ((time.getUTCMonth() + 1) << 21) | (time.getUTCDate() << 16);
  return (day | (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1)) >>> 0;
}

export function localHeader({ name, bytes, crc32 }: StoredMember, time: number): Buffer {
  const header = Buffer.alloc(localHeaderBytes);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt16LE(10, 4);
  header.writeUInt32LE(time, 10);
  header.writeUInt32LE(crc32, 14);
  header.writeUInt32LE(bytes, 18);
  header.writeUInt32LE(bytes, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name, 'latin1')]);
}

/** Everything after the bytes of the last member: the central directory and the records of its end. */
export function archiveEnd(members: readonly PlacedMember[], time: number, offset: number): Buffer {
  const directory = Buffer.concat(members.map((member) => centralHeader(member, time)));
  const zip64 = members.length > largest16 || directory.length > largest32 || offset > largest32;
  const place = { entries: members.length, bytes: directory.length, offset };
  return Buffer.concat([directory, ...(zip64 ? [zip64End(place)] : []), end(place, zip64)]);
}

function centralHeader({ name, bytes, crc32, offset }: PlacedMember, time: number): Buffer {
  const zip64 = offset > largest32;
  const header = Buffer.alloc(46);
  header.write('PK\x01\x02', 'latin1');
  // Made by version 4.5 on Unix, where the member is a file with the permissions 0644.
  header.writeUInt16LE((3 << 8) | zip64Version, 4);
  header.writeUInt16LE(zip64 ? zip64Version : 10, 6);
  header.writeUInt32LE(time, 12);
  header.writeUInt32LE(crc32, 16);
  header.writeUInt32LE(zip64 ? largest32 : bytes, 20);
  header.writeUInt32LE(zip64 ? largest32 : bytes, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(zip64 ? 28 : 0, 30);
  header.writeUInt32LE(0x81a4_0020, 38);
  header.writeUInt32LE(zip64 ? largest32 : offset, 42);
  const extra = Buffer.alloc(zip64 ? 28 : 0);
  if (zip64) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    extra.writeBigUInt64LE(BigInt(bytes), 4);
    extra.writeBigUInt64LE(BigInt(bytes), 12);
    extra.writeBigUInt64LE(BigInt(offset), 20);
  }
  return Buffer.concat([header, Buffer.from(name, 'latin1'), extra]);
}

interface DirectoryPlace {
  readonly entries: number;
  readonly bytes: number;
  readonly offset: number;
}

function zip64End({ entries, bytes, offset }: DirectoryPlace): Buffer {
  const record = Buffer.alloc(zip64EndBytes + zip64LocatorBytes);
  record.write('PK\x06\x06', 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(zip64Version, 12);
  record.writeUInt16LE(zip64Version, 14);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(bytes), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  record.write('PK\x06\x07', zip64EndBytes, 'latin1');
  record.writeBigUInt64LE(BigInt(offset + bytes), zip64EndBytes + 8);
  record.writeUInt32LE(1, zip64EndBytes + 16);
  return record;
}

function end({ entries, bytes, offset }: DirectoryPlace, zip64: boolean): Buffer {
  const record = Buffer.alloc(endBytes);
  record.write('PK\x05\x06', 'latin1');
  record.writeUInt16LE(zip64 ? largest16 : entries, 8);
  record.writeUInt16LE(zip64 ? largest16 : entries, 10);
  record.writeUInt32LE(zip64 ? largest32 : bytes, 12);
  record.writeUInt32LE(zip64 ? largest32 : offset, 16);
  return record;
}
