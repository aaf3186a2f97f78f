import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineReader } from '../src/line-reader.ts';

/** A text as RowBinary writes it: its length in groups of seven bits, then its bytes. */
function rowBinary(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  let rest = bytes.length;
  while (rest >= 128) {
    length.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.concat([Buffer.from([...length, rest]), bytes]);
}

const texts = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '\n', 'é😀', 'x'.repeat(127), 'x'.repeat(20_000)),
  ),
  { maxLength: 30 },
);

test('rows are lines, wherever the bytes are cut', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.nat(30_000)), (rows, cuts) => {
      const bytes = Buffer.concat(rows.map(rowBinary));
      const reader = createLineReader();
      const lines: Buffer[] = [];
      let start = 0;
      for (const cut of [...cuts.filter((each) => each < bytes.length).sort((a, b) => a - b), bytes.length]) {
        lines.push(reader.read(bytes.subarray(start, cut)));
        start = cut;
      }
      expect(reader.end()).toBe(rows.length);
      expect(Buffer.concat(lines).toString()).toBe(rows.map((row) => `${row}\n`).join(''));
    }),
  );
});

test('bytes that end within a row are no answer', () => {
  const bytes = Buffer.concat(['first', 'second'].map(rowBinary));
  const reader = createLineReader();
  reader.read(bytes.subarray(0, -1));
  expect(() => reader.end()).toThrow('the answer ends within row 2');
});

test('a length beyond all memory is refused', () => {
  expect(() => createLineReader().read(Buffer.alloc(12, 0xff))).toThrow('more than 8 bytes');
});
