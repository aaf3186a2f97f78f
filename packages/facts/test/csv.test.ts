import { catalogue, factsTarget, type Dataset } from '@hourglass/query';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsv } from '../src/formats/csv.ts';
import { chunkSizes, collectRows, inChunks } from './chunked.ts';

const dataset = catalogue.get('api') as Dataset;

function read(bytes: Buffer | string, sizes?: readonly number[], separator?: string) {
  return collectRows(readCsv(inChunks(bytes, sizes), { target: factsTarget(dataset), separator }));
}

describe('readCsv', () => {
  test('yields the cells of any file with their lines, however the bytes are chunked', async () => {
    const cell = fc.oneof(
      fc.constant(null),
      fc.constantFrom('', '"', '""', ',', 'a', ' b ', '\n', '\r\n', 'a"b', '0', '\uFEFF', '€'),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const row = fc.record({
      blankLinesBefore: fc.nat({ max: 2 }),
      cells: fc.tuple(cell, cell),
      quoteAll: fc.boolean(),
    });
    const lineEnds = fc.constantFrom('\n', '\r\n');
    await fc.assert(
      fc.asyncProperty(fc.array(row), lineEnds, chunkSizes, async (rows, lineEnd, sizes) => {
        let text = `timestamp,apiproxy,developer${lineEnd}`;
        const expected = [];
        for (const { blankLinesBefore, cells, quoteAll } of rows) {
          text += lineEnd.repeat(blankLinesBefore);
          const line = text.split('\n').length;
          const written = cells.map((value) => writeCell(value, quoteAll));
          text += ['2026-11-22', ...written].join(',') + lineEnd;
          const value: Record<string, unknown> = { timestamp: '2026-11-22' };
          if (cells[0] !== null) value['apiproxy'] = cells[0];
          if (cells[1] !== null) value['developer'] = cells[1];
          expected.push({ line, value });
        }
        expect(await read(text, sizes)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('reads a quoted empty cell as a row, and skips an empty line, in a file of one column', async () => {
    const text = 'timestamp\n""\n\n2026-11-22\n""\n\n';
    for (const size of [1, 2, 3, 7, 100]) {
      expect(await read(text, [size])).toEqual([
        { line: 2, value: { timestamp: '' } },
        { line: 4, value: { timestamp: '2026-11-22' } },
        { line: 5, value: { timestamp: '' } },
      ]);
    }
  });

  test('converts numbers by the type of the column and leaves other text to the row checker', async () => {
    const text =
      'timestamp,apiproxy,response_size,fees\n' +
      '1763805600123,12,34,5.250\n' +
      '2026-11-22T10:00:00Z,1e3,9007199254740993,abc\n' +
      '2026-11-22,,,\n' +
      '2026-11-22,"","",""\n';
    expect(await read(text)).toEqual([
      { line: 2, value: { timestamp: 1_763_805_600_123, apiproxy: '12', response_size: 34, fees: 5.25 } },
      {
        line: 3,
        value: {
          timestamp: '2026-11-22T10:00:00Z',
          apiproxy: '1e3',
          response_size: '9007199254740993',
          fees: 'abc',
        },
      },
      { line: 4, value: { timestamp: '2026-11-22' } },
      { line: 5, value: { timestamp: '2026-11-22', apiproxy: '', response_size: '', fees: '' } },
    ]);
  });

  test('accepts another separator, a byte order mark and a last line without an end', async () => {
    expect(await read('\uFEFF"timestamp"; apiproxy\n2026-11-22;a,b', [1], ';')).toEqual([
      { line: 2, value: { timestamp: '2026-11-22', apiproxy: 'a,b' } },
    ]);
    expect(await read('')).toEqual([]);
    expect(await read('\n\n')).toEqual([]);
    expect(await read('timestamp')).toEqual([]);
  });

  test.each([
    ['timestamp,apiproxi', 'Did you mean "apiproxy"? Reading stopped here'],
    ['timestamp,organization', 'comes from the address'],
    ['timestamp,', 'column 2 has no name'],
    ['timestamp\tapiproxy', String.raw`unknown field "timestamp\tapiproxy"`],
    ['timestamp\tapiproxy', String.raw`separated by '\t', use --separator '\t'`],
    ['timestamp;apiproxy', "use --separator ';'"],
    ['timestamp|apiproxy', "use --separator '|'"],
    ['timestamp,"a\nb"', String.raw`unknown field "a\nb"`],
    ['timestamp,apiproxy,apiproxy', '"apiproxy" twice'],
    ['apiproxy,developer', 'no column "timestamp"'],
  ])('the header %s is one fault on line 1 and ends the reading', async (header, message) => {
    const facts = await read(`${header}\n2026-11-22,a\n2026-11-22,b\n`);
    expect(facts).toEqual([
      { line: 1, fault: expect.stringContaining(message) as string, endsReading: true },
    ]);
  });

  test('a row with too few or too many cells is a fault, and the next row is read', async () => {
    expect(await read('timestamp,apiproxy\n2026-11-22\n1,2,3\n2026-11-22,a\n')).toEqual([
      { line: 2, fault: 'cell count 1; expected 2, as in the header' },
      { line: 3, fault: 'cell count 3; expected 2, as in the header' },
      { line: 4, value: { timestamp: '2026-11-22', apiproxy: 'a' } },
    ]);
  });

  test('a row that is not UTF-8 is a fault, and the next row is read', async () => {
    const bytes = Buffer.concat([
      Buffer.from('timestamp,apiproxy\n2026-11-22,'),
      Buffer.from([0xe9]),
      Buffer.from('\n2026-11-22,é\n'),
    ]);
    expect(await read(bytes, [3])).toEqual([
      { line: 2, fault: 'the row is not valid UTF-8' },
      { line: 3, value: { timestamp: '2026-11-22', apiproxy: 'é' } },
    ]);
  });

  test.each([
    ['2026-11-22,"a"b\n', 'a quote inside a quoted cell; expected two quotes there'],
    ['2026-11-22,a"b"\n', 'a quote in a cell without quotes; expected the cell in quotes'],
    ['2026-11-22,"ab\n2026-11-22,c\n', 'a quoted cell is not closed; expected a quote at its end'],
    [`2026-11-22,"${'x\n'.repeat(600_000)}`, 'the row is too long or a quoted cell is not closed'],
  ])('a misplaced quote is one fault on its line, after the rows before it', async (rows, message) => {
    const facts = await read(`timestamp,apiproxy\n2026-11-22,"1\r\n2"\n\n${rows}`);
    expect(facts).toEqual([
      { line: 2, value: { timestamp: '2026-11-22', apiproxy: '1\r\n2' } },
      { line: 5, fault: expect.stringContaining(message) as string, endsReading: true },
    ]);
  });

  test('a failed stream is an error, not the end of the file', async () => {
    async function* broken() {
      yield Buffer.from('timestamp\n2026-11-22\n');
      throw new Error('gone');
    }
    await expect(collectRows(readCsv(broken(), { target: factsTarget(dataset) }))).rejects.toThrow('gone');
  });
});

/** Encodes by RFC 4180, with an empty unquoted cell for null. */
function writeCell(value: string | null, quoteAll: boolean): string {
  if (value === null) return '';
  const mustQuote = quoteAll || value === '' || /[",\r\n]/.test(value);
  return mustQuote ? `"${value.replaceAll('"', '""')}"` : value;
}
