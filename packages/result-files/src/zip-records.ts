/** A stored member of a ZIP archive, as the records of the format describe it. */
export interface ZipMember {
  /** ASCII. */
  readonly name: string;
  /** Written in UTC, to the even second. */
  readonly date: Date;
  readonly crc32: number;
  /** Below 4 GiB. */
  readonly bytes: number;
  /** Of its local header, from the beginning of the archive. */
  readonly offset: number;
}

/** What readers must understand: stored members, and 64-bit offsets where there are any. */
const versions = { stored: 10, zip64: 45 } as const;
/** Regular file of a Unix, mode 644. */
const unix = { madeBy: 3 << 8, attributes: (0o100_644 << 16) >>> 0 } as const;
/** A field of 32 bits that says: see the ZIP64 record. The same of 16 bits. */
const elsewhere = { four: 0xffff_ffff, two: 0xffff } as const;

/** Numbers with their lengths in bytes, little endian, and texts. */
type Field = readonly [value: number, bytes: 2 | 4 | 8] | string;

/** The record before a member's bytes (appnote 4.3.7). It tells size and checksum, so that a stream can be read. */
export function localHeader({ name, date, crc32, bytes }: Omit<ZipMember, 'offset'>): Buffer {
  return record([
    [0x04034b50, 4],
    [versions.stored, 2],
    ...description({ name, date, crc32, bytes }),
    [0, 2],
    name,
  ]);
}

/** The records after the last member, which begin at `offset` (4.3.12 to 4.3.16). */
export function endOfArchive(members: readonly ZipMember[], offset: number): Buffer {
  const directory = Buffer.concat(members.map(directoryEntry));
  const isLarge = members.length >= elsewhere.two || Math.max(offset, directory.length) >= elsewhere.four;
  const end = record([
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [isLarge ? elsewhere.two : members.length, 2],
    [isLarge ? elsewhere.two : members.length, 2],
    [isLarge ? elsewhere.four : directory.length, 4],
    [isLarge ? elsewhere.four : offset, 4],
    [0, 2],
  ]);
  const large = isLarge ? [zip64End(members.length, directory.length, offset)] : [];
  return Buffer.concat([directory, ...large, end]);
}

function directoryEntry(member: ZipMember): Buffer {
  const isFar = member.offset >= elsewhere.four;
  const extra: Field[] = isFar
    ? [
        [1, 2],
        [8, 2],
        [member.offset, 8],
      ]
    : [];
  const version = isFar ? versions.zip64 : versions.stored;
  return record([
    [0x02014b50, 4],
    [unix.madeBy + version, 2],
    [version, 2],
    ...description(member),
    [isFar ? 12 : 0, 2],
    [0, 2],
    [0, 2],
    [0, 2],
    [unix.attributes, 4],
    [isFar ? elsewhere.four : member.offset, 4],
    member.name,
    ...extra,
  ]);
}

/** What both headers of a member have: flags, method, time, checksum, sizes and the length of its name. */
function description({ name, date, crc32, bytes }: Omit<ZipMember, 'offset'>): Field[] {
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  return [
    [0, 2],
    [0, 2],
    [time, 2],
    [day, 2],
    [crc32, 4],
    [bytes, 4],
    [bytes, 4],
    [name.length, 2],
  ];
}

function zip64End(members: number, directoryBytes: number, offset: number): Buffer {
  return record([
    [0x06064b50, 4],
    [44, 8],
    [unix.madeBy + versions.zip64, 2],
    [versions.zip64, 2],
    [0, 4],
    [0, 4],
    [members, 8],
    [members, 8],
    [directoryBytes, 8],
    [offset, 8],
    [0x07064b50, 4],
    [0, 4],
    [offset + directoryBytes, 8],
    [1, 4],
  ]);
}

function record(fields: readonly Field[]): Buffer {
  const lengths = fields.map((field) => (typeof field === 'string' ? field.length : field[1]));
  const buffer = Buffer.alloc(lengths.reduce((sum, length) => sum + length, 0));
  let position = 0;
  for (const [index, field] of fields.entries()) {
    if (typeof field === 'string') buffer.write(field, position, 'latin1');
    else if (field[1] === 8) buffer.writeBigUInt64LE(BigInt(field[0]), position);
    else buffer.writeUIntLE(field[0], position, field[1]);
    position += lengths[index] ?? 0;
  }
  return buffer;
}
