import { createHash, createPublicKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archiveMembers, temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { readManifest, signManifest } from '../src/manifest/manifest.ts';
import { verifyArchive } from '../src/verify.ts';
import { knownLayouts } from '../src/verify/known-layouts.ts';
import { archiveEnd, localHeader, type PlacedMember, type ZipLayout } from '../src/verify/zip-layout.ts';
import { undetectedFlips } from './flip-bytes.ts';
import { signedArchive, signingKey } from './signed-archive.ts';

const publicKey = createPublicKey(signingKey);
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

type Field = readonly [name: string, bytes: number, value: number];

/**
 * The fields that a local and a central header have in common (APPNOTE 6.3.10, sections 4.3.7 and
 * 4.3.12).
 */
function commonFields(name: string, bytes: Buffer): readonly Field[] {
  return [
    ['version needed to extract: 1.0', 2, 10],
    ['general purpose bit flag', 2, 0],
    ['compression method: stored', 2, 0],
    // 05:06:08 and 2026-03-04, UTC.
    ['last modification time', 2, (5 << 11) | (6 << 5) | (8 / 2)],
    ['last modification date', 2, ((2026 - 1980) << 9) | (3 << 5) | 4],
    ['CRC-32', 4, crc32(bytes)],
    ['compressed size', 4, bytes.length],
    ['uncompressed size', 4, bytes.length],
    ['file name length', 2, name.length],
    ['extra field length', 2, 0],
  ];
}

function localFields(name: string, bytes: Buffer): readonly Field[] {
  return [['local file header signature', 4, 0x04034b50], ...commonFields(name, bytes)];
}

function centralFields(name: string, bytes: Buffer, offset: number): readonly Field[] {
  return [
    ['central file header signature', 4, 0x02014b50],
    ['version made by: 4.5 on UNIX', 2, (3 << 8) | 45],
    ...commonFields(name, bytes),
    ['file comment length', 2, 0],
    ['disk number start', 2, 0],
    ['internal file attributes', 2, 0],
    ['external file attributes: regular file, 0644, archive', 4, 0o100644 * 2 ** 16 + 0x20],
    ['relative offset of local header', 4, offset],
  ];
}

function endFields(entries: number, bytes: number, offset: number): readonly Field[] {
  return [
    ['end of central directory signature', 4, 0x06054b50],
    ['number of this disk', 2, 0],
    ['disk with the central directory', 2, 0],
    ['entries on this disk', 2, entries],
    ['entries', 2, entries],
    ['size of the central directory', 4, bytes],
    ['offset of the central directory', 4, offset],
    ['comment length', 2, 0],
  ];
}

/** Compares header fields with the bytes of an archive, from its start to its end. */
class HeaderWalk {
  readonly #archive: Buffer;
  offset = 0;

  constructor(archive: Buffer) {
    this.#archive = archive;
  }

  expectFields(of: string, fields: readonly Field[]): void {
    for (const [field, bytes, value] of fields) {
      expect(
        this.#archive.readUIntLE(this.offset, bytes),
        `${of}: the writer changed "${field}" at byte ${this.offset}; ` +
          'add a layout to src/verify/known-layouts.ts, keep the others, and describe the new one here',
      ).toBe(value);
      this.offset += bytes;
    }
  }

  expectBytes(bytes: Buffer): void {
    const found = this.#archive.subarray(this.offset, this.offset + bytes.length);
    expect(found.equals(bytes)).toBe(true);
    this.offset += bytes.length;
  }
}

describe('the headers of a new archive', () => {
  test.each(['json', 'csv'] as const)('are those of the newest known layout: %s', async (format) => {
    const archive = await readFile(await signedArchive(folder.path, { rows: 12, partBytes: 200, format }));
    const members = await archiveMembers(archive);
    expect(members.length).toBeGreaterThan(2);
    const walk = new HeaderWalk(archive);
    const offsets: number[] = [];
    for (const { name, bytes } of members) {
      offsets.push(walk.offset);
      walk.expectFields(`local header of ${name}`, localFields(name, bytes));
      walk.expectBytes(Buffer.from(name));
      walk.expectBytes(bytes);
    }
    const directoryOffset = walk.offset;
    for (const [index, { name, bytes }] of members.entries()) {
      walk.expectFields(`central header of ${name}`, centralFields(name, bytes, offsets[index] ?? -1));
      walk.expectBytes(Buffer.from(name));
    }
    const directoryBytes = walk.offset - directoryOffset;
    walk.expectFields('end record', endFields(members.length, directoryBytes, directoryOffset));
    expect(walk.offset).toBe(archive.length);
  });

  test('are accepted by the newest known layout alone', async () => {
    const file = await signedArchive(folder.path, { rows: 12, partBytes: 200, format: 'json' });
    const newest = knownLayouts.slice(-1);
    expect((await verifyArchive(file, publicKey, newest)).rows).toBe(12);
  });
});

describe('an archive of an earlier release', () => {
  // Each was written by `signedArchive` of that release, with 12 rows in parts of 200 bytes.
  test.each([
    ['0.1.0', 'json'],
    ['0.1.0', 'csv'],
  ])('is verified: %s, %s', async (release, format) => {
    const file = path.join(import.meta.dirname, 'fixtures', `release-${release}-${format}.zip`);
    expect(await verifyArchive(file, publicKey)).toMatchObject({ hourglassVersion: release, rows: 12 });
  });
});

/** A layout with longer headers and other values than any known one. */
const otherLayout: ZipLayout = {
  since: '99.0.0',
  versionMadeBy: (3 << 8) | 63,
  versionNeeded: 20,
  zip64Version: 63,
  flags: 0x0800,
  externalAttributes: 0x81b6_0000,
  extraFields(createdAt) {
    // Extended timestamp: modification time only.
    const extra = Buffer.from([0x55, 0x54, 5, 0, 1, 0, 0, 0, 0]);
    extra.writeUInt32LE(createdAt.getTime() / 1000, 5);
    return extra;
  },
};

/**
 * Writes the members of a signed archive again, each with the headers of the layout that is chosen
 * for it.
 */
async function rewritten(layoutOf: (index: number) => ZipLayout, endLayout: ZipLayout): Promise<string> {
  const original = await readFile(
    await signedArchive(folder.path, { rows: 12, partBytes: 200, format: 'json' }),
  );
  const members = await archiveMembers(original);
  const signed = members.pop()?.bytes ?? Buffer.of();
  const { signature: _signature, keyId: _keyId, ...manifest } = readManifest(signed, publicKey);
  const createdAt = new Date(manifest.createdAt);
  const placed: PlacedMember[] = [];
  let bytes = Buffer.of();
  const append = (name: string, content: Buffer) => {
    const member = { name, bytes: content.length, crc32: crc32(content), offset: bytes.length };
    const header = localHeader(layoutOf(placed.length), member, createdAt);
    placed.push(member);
    bytes = Buffer.concat([bytes, header, content]);
  };
  for (const { name, bytes: content } of members) append(name, content);
  const archive = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  append('manifest.json', Buffer.from(signManifest({ ...manifest, archive }, signingKey)));
  const end = archiveEnd(endLayout, placed, { createdAt, offset: bytes.length });
  const file = path.join(folder.path, 'rewritten.zip');
  await writeFile(file, Buffer.concat([bytes, end]));
  return file;
}

describe('an archive of another layout', () => {
  const both = [...knownLayouts, otherLayout];
  const [known = otherLayout] = knownLayouts;

  test('is verified when the layout is known', async () => {
    const file = await rewritten(() => otherLayout, otherLayout);
    expect((await verifyArchive(file, publicKey, both)).rows).toBe(12);
    expect((await verifyArchive(file, publicKey, [otherLayout])).rows).toBe(12);
  });

  test('is refused when the layout is not known, with the byte and the release', async () => {
    const file = await rewritten(() => otherLayout, otherLayout);
    await expect(verifyArchive(file, publicKey)).rejects.toThrow(
      /^the header of QueryResult-.*: unexpected bytes from byte 4 on; .*this archive: 0\.1\.0/,
    );
  });

  test('is refused when its headers are of different known layouts', async () => {
    for (const mixed of [
      await rewritten((index) => (index === 1 ? otherLayout : known), known),
      await rewritten((index) => (index === 0 ? otherLayout : known), known),
      await rewritten(() => known, otherLayout),
    ])
      await expect(verifyArchive(mixed, publicKey, both)).rejects.toMatchObject({ name: 'ManifestFault' });
  });

  test('is refused after any flipped byte', async () => {
    const file = await rewritten(() => otherLayout, otherLayout);
    expect(await undetectedFlips(file, () => verifyArchive(file, publicKey, both))).toEqual([]);
  });
});
