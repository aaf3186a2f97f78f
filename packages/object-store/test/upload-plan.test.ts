import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planUpload } from '../src/upload-plan.ts';

const mebibyte = 1024 ** 2;
const largestObjectBytes = 5 * 1024 ** 4;

test('any file that S3 can hold needs at most 10,000 parts of 5 MiB to 5 GiB', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (anything) => {
      const fileBytes = anything % (largestObjectBytes + 1);
      const { partBytes } = planUpload(fileBytes);
      expect(Math.ceil(fileBytes / partBytes)).toBeLessThanOrEqual(10_000);
      expect(partBytes).toBeGreaterThanOrEqual(5 * mebibyte);
      expect(partBytes).toBeLessThanOrEqual(5 * 1024 * mebibyte);
    }),
    { examples: [[largestObjectBytes], [0], [8 * mebibyte * 10_000], [8 * mebibyte * 10_000 + 1]] },
  );
});

test('parts in flight hold at most 64 MiB, unless a single part is larger', () => {
  fc.assert(
    fc.property(fc.nat(largestObjectBytes / 4096), (pages) => {
      const { partBytes, concurrency } = planUpload(pages * 4096);
      expect(concurrency).toBeGreaterThanOrEqual(1);
      if (concurrency > 1) expect(partBytes * concurrency).toBeLessThanOrEqual(64 * mebibyte);
    }),
  );
});
