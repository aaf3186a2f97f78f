import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertJsonBounds } from '../src/http/json-bounds.ts';

const check = (text: string) => assertJsonBounds(Buffer.from(text));
const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;

describe('a JSON body', () => {
  test('may contain 10,000 values, objects and arrays included, and 32 levels, but no more', () => {
    const list = (length: number) => JSON.stringify(Array.from({ length }, () => 7));
    expect(() => check(list(9_999))).not.toThrow();
    expect(() => check(list(10_000))).toThrow(/found more than 10000 values/);
    expect(() => check(`[${'{},'.repeat(5_000)}1]`)).toThrow(/more than 10000 values/);
    expect(() => check(nested(32))).not.toThrow();
    expect(() => check(nested(34))).toThrow(/nested more than 32 deep/);
  });

  test('may contain brackets and commas in strings, where they do not count', () => {
    const text = fc.string({
      unit: fc.constantFrom('[', '{', '}', ']', ',', '"', '\\', 'é', '\u{1f600}', ' '),
    });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 9 }), (texts) => {
        const many = Array.from({ length: 900 }, () => texts);
        expect(() => check(JSON.stringify(many))).not.toThrow();
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['a truncated character', [0x22, 0xc3, 0x22]],
    ['Latin-1', [0x22, 0xe9, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['an overlong NUL', [0x22, 0xc0, 0x80, 0x22]],
  ])('must be UTF-8: %s', (_, bytes) => {
    expect(() => assertJsonBounds(Buffer.from(bytes))).toThrow('The body is not JSON: it is not UTF-8');
  });
});
