import { contentOffset, findDirectory, readDirectory, type Member } from './zip-directory.ts';

/** Bytes of an archive: a download, or ranges of the file of the API. */
export interface ArchiveBytes {
  readonly bytes: number;
  /** Half-open. */
  read(start: number, endExclusive: number): Promise<Uint8Array<ArrayBuffer>>;
}

const tailBytes = 65_536;
const localHeaderBytes = 30;

/** Lists the members of an archive: the parts, then the manifest if there is one. */
export async function listMembers(archive: ArchiveBytes): Promise<Member[]> {
  const tailStart = Math.max(0, archive.bytes - tailBytes);
  const tail = await archive.read(tailStart, archive.bytes);
  const { offset, bytes } = findDirectory(tail);
  const directory =
    offset >= tailStart
      ? tail.subarray(offset - tailStart, offset - tailStart + bytes)
      : await archive.read(offset, offset + bytes);
  return readDirectory(directory);
}

/** Returns the range of a member's bytes, half-open. */
export async function rangeOf(
  archive: ArchiveBytes,
  member: Member,
): Promise<{ readonly start: number; readonly endExclusive: number }> {
  const { headerOffset } = member;
  const start = contentOffset(member, await archive.read(headerOffset, headerOffset + localHeaderBytes));
  return { start, endExclusive: start + member.bytes };
}

/** Bytes of a downloaded archive, which the browser may keep on its disk. */
export function bytesOfBlob(blob: Blob): ArchiveBytes {
  return {
    bytes: blob.size,
    read: async (start, endExclusive) => new Uint8Array(await blob.slice(start, endExclusive).arrayBuffer()),
  };
}
