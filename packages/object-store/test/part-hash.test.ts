import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { etagOf } from '../src/part-hash.ts';

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest();

/** Computes the ETag as Amazon describes it for uploads in parts. */
function expectedEtag(bytes: Buffer, partBytes: number): string {
  if (bytes.length <= partBytes) return md5(bytes).toString('hex');
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += partBytes)
    parts.push(md5(bytes.subarray(start, start + partBytes)));
  return `${md5(Buffer.concat(parts)).toString('hex')}-${parts.length}`;
}

test('the ETag depends on the parts only, not on the chunks of the stream', async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(chunks, fc.integer({ min: 1, max: 40 }), async (cut, partBytes) => {
      const whole = Buffer.concat(cut);
      const stream = Readable.from(cut.map((chunk) => Buffer.from(chunk)));
      expect(await etagOf(stream, partBytes)).toBe(expectedEtag(whole, partBytes));
    }),
  );
});

test('a change of one byte changes the ETag', async () => {
  const bytes = Buffer.alloc(100, 'a');
  const other = Buffer.from(bytes);
  other[57] = 98;
  expect(await etagOf(Readable.from([bytes]), 30)).not.toBe(await etagOf(Readable.from([other]), 30));
});
