import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { gunzip } from '../../src/import/gunzip.ts';

function incompressible(bytes: number): Buffer {
  return createHash('shake256', { outputLength: bytes }).update(String(bytes)).digest();
}

/** Texts of members, some of which take more than one piece of input, and the lengths of chunks. */
const files = fc.record({
  members: fc.array(
    fc.oneof(
      fc.string().map((text) => Buffer.from(text)),
      fc.integer({ min: 20_000, max: 40_000 }).map(incompressible),
    ),
    { minLength: 1, maxLength: 5 },
  ),
  lengths: fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 50_000 })), {
    minLength: 1,
    maxLength: 20,
  }),
});

async function* chunksOf(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let start = 0, chunk = 0; start < bytes.length; chunk += 1) {
    const length = lengths[chunk % lengths.length] ?? 1;
    yield bytes.subarray(start, start + length);
    start += length;
  }
}

async function unpacked(bytes: Uint8Array, lengths: readonly number[]): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of gunzip(chunksOf(bytes, lengths))) all.push(chunk);
  return Buffer.concat(all);
}

test('gzip of several members is unpacked whole, wherever its chunks end', async () => {
  await fc.assert(
    fc.asyncProperty(files, async ({ members, lengths }) => {
      const packed = Buffer.concat(members.map((member) => gzipSync(member)));
      expect((await unpacked(packed, lengths)).equals(gunzipSync(packed))).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('gzip that ends early or has a changed byte is refused', async () => {
  const damage = fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), isCut: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(files, damage, async ({ members, lengths }, { share, isCut }) => {
      const last = gzipSync(members.at(-1) ?? '');
      const before = Buffer.concat(members.slice(0, -1).map((member) => gzipSync(member)));
      // The checksum and the length end a member. Its first ten bytes have fields that nothing checks.
      const at = isCut
        ? 1 + Math.floor(share * (last.length - 2))
        : last.length - 1 - Math.floor(share * 7.99);
      const damaged = isCut
        ? last.subarray(0, at)
        : Buffer.from(last.map((byte, index) => (index === at ? byte ^ 1 : byte)));
      await expect(unpacked(Buffer.concat([before, damaged]), lengths)).rejects.toThrow(
        /ends before|incorrect|invalid/,
      );
    }),
    { numRuns: 100 },
  );
});
