import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OutputColumn, OutputFormat } from '@hourglass/query';
import { createRowEncoder } from '../src/create-row-encoder.ts';

type Cell = string | number | null;

const sample: readonly OutputColumn[] = [
  { name: 'sum(message_count)', kind: 'text' },
  { name: 'tpm', kind: 'float' },
  { name: 'api "proxy", |name|', kind: 'text' },
];

function encode(columns: readonly OutputColumn[], output: OutputFormat, rows: readonly (readonly Cell[])[]) {
  const encoder = createRowEncoder(columns, output);
  const values = columns.map((_, index) => rows.map((row) => row[index] ?? null));
  return encoder.header + rows.map((_, row) => encoder.encodeRow(values, row)).join('');
}

const json: OutputFormat = { format: 'json' };
const csv = (delimiter: ',' | '|' | '\t'): OutputFormat => ({ format: 'csv', delimiter });

describe('NDJSON', () => {
  test('is the contract’s compact object per line: integers as strings, floats with a decimal point', () => {
    const columns: readonly OutputColumn[] = [
      { name: 'tpm', kind: 'float' },
      { name: 'message_count', kind: 'text' },
      { name: 'minute', kind: 'text' },
    ];
    const row = [149995, '10209', '2018-07-06 12:16:00 UTC'];
    expect(encode(columns, json, [row, row])).toBe(
      '{"tpm":149995.0,"message_count":"10209","minute":"2018-07-06 12:16:00 UTC"}\n'.repeat(2),
    );
  });

  test('escapes what JSON must escape, in names and values, and writes missing as null', () => {
    const row = ['a"b\\c\n\u0001\u2028é😀\ud800', null, null];
    expect(encode(sample, json, [row])).toBe(
      '{"sum(message_count)":"a\\"b\\\\c\\n\\u0001\u2028é😀\\ud800","tpm":null,"api \\"proxy\\", |name|":null}\n',
    );
  });

  test.each([
    [0, '0.0'],
    [-0, '0.0'],
    [-7, '-7.0'],
    [0.1, '0.1'],
    [1e20, '100000000000000000000.0'],
    [1e21, '1.0e21'],
    [-1.5e300, '-1.5e300'],
    [5e-324, '5.0e-324'],
    [1.25e-7, '1.25e-7'],
    [Number.NaN, 'null'],
    [Number.POSITIVE_INFINITY, 'null'],
  ])('writes the float %d as %s', (value, text) => {
    expect(encode([{ name: 'f', kind: 'float' }], json, [[value]])).toBe(`{"f":${text}}\n`);
  });

  test('gives back every value through JSON.parse', () => {
    const text = fc.option(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })));
    const float = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.tuple(text, float)), (name, rows) => {
        const columns: readonly OutputColumn[] = [
          { name: `t${name}`, kind: 'text' },
          { name: `f${name}`, kind: 'float' },
        ];
        const lines = encode(columns, json, rows).split('\n');
        expect(lines.pop()).toBe('');
        expect(lines.map((line) => Object.entries(JSON.parse(line)))).toEqual(
          rows.map(([textValue, floatValue]) => [
            [`t${name}`, textValue],
            [`f${name}`, floatValue === 0 ? 0 : floatValue],
          ]),
        );
        expect(lines.every((line) => /:(null|-?\d+\.\d+(e-?\d+)?)\}$/.test(line))).toBe(true);
      }),
    );
  });
});

describe('CSV', () => {
  test('has a header and quotes only what needs it; null is empty and empty text is quoted', () => {
    const rows = [
      ['10209', 2, 'plain text'],
      ['', null, 'a,b'],
      [null, 0.5, 'say "hi"'],
      ['line\nbreak', 1e21, 'carriage\rreturn'],
      ['=1+1', Number.NaN, 'a|b\tc'],
    ];
    expect(encode(sample, csv(','), rows)).toBe(
      [
        'sum(message_count),tpm,"api ""proxy"", |name|"',
        '10209,2.0,plain text',
        '"",,"a,b"',
        ',0.5,"say ""hi"""',
        '"line\nbreak",1.0e21,"carriage\rreturn"',
        '=1+1,,a|b\tc',
        '',
      ].join('\n'),
    );
  });

  test.each([
    ['|', 'x|"a|b"|a,b|a\tb\n'],
    ['\t', 'x\ta|b\ta,b\t"a\tb"\n'],
  ] as const)('quotes for the chosen delimiter %j', (delimiter, line) => {
    const columns = ['a', 'b', 'c', 'd'].map((name): OutputColumn => ({ name, kind: 'text' }));
    const text = encode(columns, csv(delimiter), [['x', 'a|b', 'a,b', 'a\tb']]);
    expect(text.slice(text.indexOf('\n') + 1)).toBe(line);
  });

  test('gives back every value through a CSV parser, with null and empty text apart', () => {
    const text = fc.option(
      fc.oneof(
        fc.string({ unit: fc.constantFrom('"', ',', '|', '\t', '\r', '\n', ' ', 'a', '=', 'é', '😀') }),
        fc.string({ unit: 'grapheme' }),
      ),
    );
    const float = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(
        fc.constantFrom(',' as const, '|' as const, '\t' as const),
        fc.array(fc.tuple(text, float)),
        (delimiter, rows) => {
          const columns: readonly OutputColumn[] = [
            { name: 'text', kind: 'text' },
            { name: 'float', kind: 'float' },
          ];
          const parsed: (string | null)[][] = parse(encode(columns, csv(delimiter), rows), {
            delimiter,
            record_delimiter: '\n',
            cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
          });
          const [header, ...found] = parsed;
          expect(header).toEqual(['text', 'float']);
          expect(
            found.map(([textValue, floatValue]) => [
              textValue,
              floatValue === null ? null : Number(floatValue),
            ]),
          ).toEqual(rows.map(([textValue, floatValue]) => [textValue, floatValue === 0 ? 0 : floatValue]));
        },
      ),
    );
  });
});

test('a value of the wrong kind is refused, never guessed', () => {
  const text: readonly OutputColumn[] = [{ name: 'a', kind: 'text' }];
  const float: readonly OutputColumn[] = [{ name: 'a', kind: 'float' }];
  for (const output of [json, csv(',')]) {
    expect(() => encode(text, output, [[1]])).toThrow(TypeError);
    expect(() => encode(float, output, [['1']])).toThrow(TypeError);
    expect(() => createRowEncoder(text, output).encodeRow([], 0)).toThrow(TypeError);
  }
});
