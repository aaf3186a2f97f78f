// The archive is a ZIP whose members are stored: their bytes are those of the file (APPNOTE 6.3.10, 4.3 and 4.5.3).

export interface Member {
  readonly name: string;
  readonly bytes: number;
  /** Offset of its local header. */
  readonly headerOffset: number;
}

export interface Directory {
  readonly offset: number;
  readonly bytes: number;
}

const endBytes = 22;
const locatorBytes = 20;
const localHeaderBytes = 30;
const centralHeaderBytes = 46;
const largest16 = 0xff_ff;
const largest32 = 0xff_ff_ff_ff;

/** An archive that no version of Hourglass wrote, or a damaged one. */
export class ArchiveFault extends Error {
  override readonly name = 'ArchiveFault';
}

/**
 * Reads where the directory is from the last bytes of the archive, at least 98 unless the archive is shorter.
 * @throws ArchiveFault
 */
export function findDirectory(tail: Uint8Array): Directory {
  const at = tail.length - endBytes;
  const view = viewOf(tail);
  if (at < 0 || view.getUint32(at, true) !== 0x06_05_4b_50)
    throw new ArchiveFault('the file does not end like a ZIP archive');
  const offset = view.getUint32(at + 16, true);
  const bytes = view.getUint32(at + 12, true);
  if (offset !== largest32 && view.getUint16(at + 10, true) !== largest16) return { offset, bytes };
  // The ZIP64 record is before its locator, which is before the end.
  const record = at - locatorBytes - 56;
  if (record < 0 || view.getUint32(record, true) !== 0x06_06_4b_50)
    throw new ArchiveFault('the file has no ZIP64 record before its end');
  return {
    offset: Number(view.getBigUint64(record + 48, true)),
    bytes: Number(view.getBigUint64(record + 40, true)),
  };
}

/**
 * Reads the members of a directory, in its order.
 * @throws ArchiveFault
 */
export function readDirectory(directory: Uint8Array): Member[] {
  const view = viewOf(directory);
  const members: Member[] = [];
  for (let at = 0; at < directory.length;) {
    if (at + centralHeaderBytes > directory.length || view.getUint32(at, true) !== 0x02_01_4b_50)
      throw new ArchiveFault(`the directory has no header at byte ${at}`);
    if (view.getUint16(at + 10, true) !== 0) throw new ArchiveFault('a member is compressed');
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const nameEnd = at + centralHeaderBytes + nameBytes;
    const extra = directory.subarray(nameEnd, nameEnd + extraBytes);
    members.push({
      name: new TextDecoder().decode(directory.subarray(at + centralHeaderBytes, nameEnd)),
      ...placeOf(view.getUint32(at + 24, true), view.getUint32(at + 42, true), extra),
    });
    at = nameEnd + extraBytes + view.getUint16(at + 32, true);
  }
  return members;
}

/** Sizes and offsets beyond 32 bits are in an extra field: size, stored size, offset, those that are needed. */
function placeOf(bytes: number, headerOffset: number, extra: Uint8Array): Omit<Member, 'name'> {
  if (bytes !== largest32 && headerOffset !== largest32) return { bytes, headerOffset };
  const view = viewOf(extra);
  if (extra.length < 28 || view.getUint16(0, true) !== 1)
    throw new ArchiveFault('the directory has no ZIP64 sizes where they are needed');
  return { bytes: Number(view.getBigUint64(4, true)), headerOffset: Number(view.getBigUint64(20, true)) };
}

/** Returns the offset of a member's bytes behind its local header, which has at least 30 bytes. */
export function contentOffset({ headerOffset }: Member, localHeader: Uint8Array): number {
  const view = viewOf(localHeader);
  if (localHeader.length < localHeaderBytes || view.getUint32(0, true) !== 0x04_03_4b_50)
    throw new ArchiveFault(`the file has no member at byte ${headerOffset}`);
  return headerOffset + localHeaderBytes + view.getUint16(26, true) + view.getUint16(28, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
