import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { ZipArchive } from 'archiver';
import { describe, expect, test } from 'vitest';
import { knownLayouts } from '../src/verify/known-layouts.ts';
import { archiveEnd, localHeader, type PlacedMember } from '../src/verify/zip-layout.ts';

const createdAt = new Date('2026-03-04T05:06:08Z');
const tailBytes = 16 * 1024 * 1024;
const newest = knownLayouts[knownLayouts.length - 1];

interface Written {
  readonly members: readonly PlacedMember[];
  readonly directoryOffset: number;
  /** The end of the archive: at least `tailBytes`, when it has as many. */
  readonly tail: Buffer;
  readonly bytes: number;
}

/** Writes an archive with the ZIP library as `createArchiveWriter` does, and keeps only its end. */
async function write(contents: readonly Buffer[]): Promise<Written> {
  if (newest === undefined) throw new Error('no layout is known');
  const archive = new ZipArchive({ store: true });
  let bytes = 0;
  const tail: Buffer[] = [];
  const stored = pipeline(archive, async (chunks: AsyncIterable<Buffer>) => {
    let kept = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      tail.push(chunk.subarray(-tailBytes));
      kept += tail.at(-1)?.length ?? 0;
      while (kept - (tail[0]?.length ?? 0) >= tailBytes) kept -= tail.shift()?.length ?? 0;
    }
  });
  const members: PlacedMember[] = [];
  const checksums = new Map<Buffer, number>();
  let offset = 0;
  for (const [index, content] of contents.entries()) {
    const checksum = checksums.get(content) ?? crc32(content);
    checksums.set(content, checksum);
    const member = { name: `part-${index}.gz`, bytes: content.length, crc32: checksum, offset };
    const appended = new Promise((resolve) => archive.once('entry', resolve));
    archive.append(content, { name: member.name, date: createdAt });
    await appended;
    members.push(member);
    offset += localHeader(newest, member, createdAt).length + content.length;
  }
  await archive.finalize();
  await stored;
  return { members, directoryOffset: offset, tail: Buffer.concat(tail), bytes };
}

describe('the ZIP64 records of the writer’s library', () => {
  test.each([
    ['more than 65,535 members', () => Array<Buffer>(65_536).fill(Buffer.from('x'))],
    ['members behind 4 GiB', () => [...Array<Buffer>(5).fill(Buffer.alloc(2 ** 30)), Buffer.from('x')]],
  ])(
    'are those of the newest known layout: %s',
    async (_, contents) => {
      if (newest === undefined) throw new Error('no layout is known');
      const { members, directoryOffset, tail, bytes } = await write(contents());
      const expected = archiveEnd(newest, members, { createdAt, offset: directoryOffset });
      expect(bytes).toBe(directoryOffset + expected.length);
      const found = tail.subarray(-expected.length);
      const difference = expected.findIndex((byte, index) => byte !== found[index]);
      expect(difference, 'add a layout to src/verify/known-layouts.ts, and keep the others').toBe(-1);
    },
    300_000,
  );
});
