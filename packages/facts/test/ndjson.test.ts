import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readExactNumber } from '../src/formats/exact-number.ts';
import { parseNdjsonLine } from '../src/formats/ndjson.ts';

const parse = (text: string) => parseNdjsonLine({ line: 7, text });

describe('an NDJSON line', () => {
  test('is any JSON object, read as by JSON.parse', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        expect(parse(text)).toEqual({ line: 7, value: JSON.parse(text) });
      }),
    );
  });

  test.each([
    ['{"a":', 'not JSON: '],
    ["{'a':1}", 'not JSON: '],
    ['[1]', 'found an array; expected a JSON object'],
    ['null', 'found null; expected a JSON object'],
    ['12', 'found a number; expected a JSON object'],
    ['"x"', 'found a string; expected a JSON object'],
  ])('%s is a fault of that line', (text, message) => {
    expect(parse(text)).toEqual({ line: 7, fault: expect.stringContaining(message) as string });
  });

  test.each([
    '9007199254740993',
    '-9007199254740993',
    '123456789012345.123456',
    '0.10000000000000000001',
    '1e400',
    '1e-400',
  ])('with the number %s, which would be rounded, is a fault', (number) => {
    expect(parse(`{"a":"x","b":${number}}`)).toEqual({
      line: 7,
      fault: `the number ${number} would lose digits; expected at most 15 significant digits, or text for a decimal`,
    });
  });

  test.each([': %', ':\t%', ':\r%', ':[%]', ':[1,%]', ':[1, %]', ':{"c":%}'])(
    'with such a number in the position "b"%s is a fault',
    (place) => {
      for (const number of ['9007199254740993', '-1e400']) {
        expect(parse(`{"b"${place.replace('%', number)}}`)).toEqual({
          line: 7,
          fault: `the number ${number} would lose digits; expected at most 15 significant digits, or text for a decimal`,
        });
      }
    },
  );

  test.each([
    ['{"a":1,"b":2,"a":1}', 'a'],
    ['{"a" :1,"a" :2}', 'a'],
    ['{"a":1,"a"\t:2}', 'a'],
    [String.raw`{"timestamp":"2026-11-22T10:00:00Z","apiproxy":"a","apipro\u0078y":"b"}`, 'apiproxy'],
    [String.raw`{"a":"x\":y","a":"z"}`, 'a'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['{"a":[{"b":1},{"b":1,"b":2}]}', 'a[1].b'],
  ])('that has a name more than once is a fault that names it: %s', (text, field) => {
    expect(parse(text)).toEqual({ line: 7, field, fault: 'given more than once; expected once' });
  });

  test.each([
    '{"a" : 1, "b" :\t2}',
    String.raw`{"a":"\":","b":"a\":1"}`,
    '{"a":{"b":1},"b":{"a":2}}',
    '{"__proto__":1,"constructor":2,"1":3}',
    '{}',
  ])('may have such a name or a colon elsewhere: %s', (text) => {
    expect(parse(text)).toEqual({ line: 7, value: JSON.parse(text) });
  });

  test('may have digits in text, and long numbers that are preserved', () => {
    const text = String.raw`{"9007199254740993":"9007199254740993 \" 1e400","b":9007199254740991,"c":1.50000000000000000}`;
    expect(parse(text)).toEqual({ line: 7, value: JSON.parse(text) });
  });
});

describe('readExactNumber', () => {
  test('reads every number that JavaScript writes', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(readExactNumber(String(value))).toBe(Object.is(value, -0) ? 0 : value);
      }),
    );
  });

  test('accepts exactly the integers that survive integer arithmetic', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (integer) => {
        const isKept = BigInt(String(Number(integer))) === integer;
        expect(readExactNumber(String(integer)) !== null).toBe(isKept);
      }),
    );
  });

  test.each(['', ' ', '1 ', '0x10', '1_000', 'NaN', 'Infinity', '1.2.3', '.5', '5.', '--1'])(
    '%j is no number',
    (text) => {
      expect(readExactNumber(text)).toBeNull();
    },
  );
});
