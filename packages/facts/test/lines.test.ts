import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxLineBytes, splitLines } from '../src/formats/lines.ts';
import type { Line } from '../src/formats/lines.ts';
import { chunkSizes, collect, inChunks } from './chunked.ts';

async function linesOf(bytes: Buffer | string, sizes?: readonly number[]): Promise<Line[]> {
  return (await collect(splitLines(inChunks(bytes, sizes)))).flat();
}

describe('splitLines', () => {
  test('yields the same lines as String.split, with their numbers, however the bytes are chunked', async () => {
    const fragment = fc.oneof(
      fc.constantFrom('\n', '\r\n', '\r', ' ', '\t', 'é', '€', '😀', '\uFEFF', 'a'),
      fc.string({ unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fragment), chunkSizes, async (fragments, sizes) => {
        const text = fragments.join('');
        const expected = text
          .replace(/^\uFEFF/, '')
          .split(/\r?\n/)
          .map((line, index) => ({ line: index + 1, text: line }))
          // A final `\r` without a line feed also ends the line.
          .map(({ line, text }, index, all) => ({
            line,
            text: index === all.length - 1 ? text.replace(/\r$/, '') : text,
          }))
          .map((line, index, all) => (index === all.length - 1 ? { ...line, isUnended: true } : line))
          .filter((line) => !/^[ \t]*$/.test(line.text));
        expect(await linesOf(text, sizes)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('drops a byte order mark at the start only, even across chunks', async () => {
    expect(await linesOf('\uFEFFa\n\uFEFFb\n', [1])).toEqual([
      { line: 1, text: 'a' },
      { line: 2, text: '\uFEFFb' },
    ]);
    expect(await linesOf('\uFEFF')).toEqual([]);
  });

  test.each([
    ['a cut-off sequence', [0xe2, 0x82]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a stray continuation byte', [0x80]],
  ])('%s is a fault of its line only', async (_name, bytes) => {
    const body = Buffer.concat([Buffer.from('ok\n'), Buffer.from(bytes), Buffer.from('\nok\n€')]);
    for (const sizes of [[1], [4], [100]]) {
      expect(await linesOf(body, sizes)).toEqual([
        { line: 1, text: 'ok' },
        { line: 2, fault: 'the line is not valid UTF-8' },
        { line: 3, text: 'ok' },
        { line: 4, text: '€', isUnended: true },
      ]);
    }
  });

  test('reads a line of the greatest length; one byte more is a fault, and the next line is read', async () => {
    const longest = 'x'.repeat(maxLineBytes);
    for (const sizes of [[65_536], [3_000_000], [1000, 7], [maxLineBytes + 1]]) {
      const lines = await linesOf(`${longest}\r\n${longest}x\r\nnext\n${longest}x`, sizes);
      expect(lines).toEqual([
        { line: 1, text: longest },
        { line: 2, fault: `the line is too long; expected at most ${maxLineBytes} bytes` },
        { line: 3, text: 'next' },
        { line: 4, fault: `the line is too long; expected at most ${maxLineBytes} bytes` },
      ]);
    }
  });

  test('does not buffer an endless line', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    let held = 0;
    async function* endless() {
      for (let count = 0; count < 300; count += 1) {
        yield Buffer.from(chunk);
        held = Math.max(held, process.memoryUsage().arrayBuffers);
      }
      yield Buffer.from('\nnext');
    }
    const lines = (await collect(splitLines(endless()))).flat();
    expect(lines.map((line) => line.line)).toEqual([1, 2]);
    expect(held).toBeLessThan(200 * 1024 * 1024);
  });
});
