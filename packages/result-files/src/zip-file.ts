import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { endOfArchive, localHeader, type ZipMember } from './zip-records.ts';

export interface ZipFile {
  /**
   * Stores a member, of which it keeps the bytes in memory until they are all there: their number and checksum stand
   * before them, because readers that take a ZIP as a stream, like Java's, refuse a stored member without.
   * Answers their number.
   */
  add(name: string, date: Date, content: AsyncIterable<Buffer>): Promise<number>;
  /** Writes the directory. The MD5 is that of the whole archive, hex. */
  finish(): Promise<{ readonly bytes: number; readonly md5: string }>;
}

/** Writes a ZIP archive into an empty file. */
export function createZipFile(file: FileHandle): ZipFile {
  const md5 = createHash('md5');
  const members: ZipMember[] = [];
  let position = 0;

  async function write(bytes: Buffer): Promise<void> {
    md5.update(bytes);
    await file.appendFile(bytes);
    position += bytes.length;
  }

  return {
    async add(name, date, content) {
      const chunks: Buffer[] = [];
      let checksum = 0;
      let bytes = 0;
      for await (const chunk of content) {
        checksum = crc32(chunk, checksum);
        bytes += chunk.length;
        chunks.push(chunk);
      }
      const member = { name, date, crc32: checksum, bytes, offset: position };
      members.push(member);
      await write(localHeader(member));
      for (const chunk of chunks) await write(chunk);
      return bytes;
    },
    async finish() {
      await write(endOfArchive(members, position));
      return { bytes: position, md5: md5.digest('hex') };
    },
  };
}
