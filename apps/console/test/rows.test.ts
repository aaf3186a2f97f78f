import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvHeader, csvLine } from '../src/rows/csv.ts';
import { finderOf, findRows, nextHit } from '../src/rows/find-rows.ts';
import { prepareColumns, widthOf } from '../src/rows/prepare-table.ts';
import { numberOf, type Column, type Row } from '../src/rows/result.ts';
import { RowSplitter, rowTexts } from '../src/rows/row-stream.ts';
import { cellsOf, firstCell, isSelected, moveSelection } from '../src/rows/selection.ts';
import { CellTooLong, sheetHeader, sheetRow } from '../src/rows/sheet.ts';
import { nextSorting, sortingOf, sortingText, sortRows } from '../src/rows/sort-rows.ts';
import { tsvOf } from '../src/rows/tsv.ts';
import { textsIn } from './texts-in.ts';

const calls: Column = { name: 'calls', type: 'INTEGER', unit: 'calls' };
const average: Column = { name: 'avg', type: 'FLOAT', unit: 'milliseconds' };
const share: Column = { name: 'share', type: 'FLOAT', unit: 'ratio' };
const proxy: Column = { name: 'apiproxy', type: 'STRING', unit: null };
const hour: Column = { name: 'hour', type: 'DATETIME', unit: null };

describe('a cell of the table', () => {
  const [whole, float, percent, name] = prepareColumns([calls, average, share, proxy], textsIn('en'));

  test('has the digits of the language, and every digit on demand', () => {
    const row = { calls: '12345678901234567890', avg: 1234.56789, share: 0.12345, apiproxy: '<b>x</b>' };
    expect([whole, float, percent, name].map((column) => column?.text(row))).toEqual([
      '12,345,678,901,234,567,890',
      '1,234.568',
      '12.35%',
      '<b>x</b>',
    ]);
    expect([whole, float, percent, name].map((column) => column?.exact(row))).toEqual([
      '12345678901234567890',
      '1234.56789',
      '0.12345',
      null,
    ]);
    expect([float?.unit, percent?.unit]).toEqual(['milliseconds', null]);
  });

  test('without a value is a dash, not a zero', () => {
    expect([whole?.text({ calls: null }), whole?.exact({ calls: null })]).toEqual(['—', null]);
    expect(numberOf(null)).toBeNull();
    expect(numberOf('0')).toBe(0);
  });

  test('is as wide as its texts, within bounds', () => {
    if (name === undefined) throw new Error('unreachable');
    expect(widthOf(name, [{ apiproxy: 'x' }])).toBe(13);
    expect(widthOf(name, [{ apiproxy: 'x'.repeat(20) }])).toBe(23);
    expect(widthOf(name, [{ apiproxy: 'x'.repeat(200) }])).toBe(48);
  });
});

describe('rows of a stream', () => {
  const head = { code: 200, error: '', state: 'completed', metadata: { dimensions: [',"rows":['] } };
  const viewOf = (rows: readonly object[]) =>
    `${JSON.stringify(head).slice(0, -1)},"rows":[${rows.map((row) => JSON.stringify(row)).join(',\n')}]}`;

  test('are the same however the text is divided', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.constantFrom('}', '{', '"', '\\', '\\"', '"}', '],', '\u2028', '😀'),
    );
    const rows = fc.array(
      fc.dictionary(
        texts,
        fc.oneof(texts, fc.double({ noDefaultInfinity: true, noNaN: true }), fc.constant(null)),
      ),
    );
    fc.assert(
      fc.property(rows, fc.array(fc.nat(50), { minLength: 1 }), (expected, lengths) => {
        const text = viewOf(expected);
        const splitter = new RowSplitter();
        const found: string[] = [];
        for (let from = 0, turn = 0; from < text.length; turn += 1) {
          const length = (lengths[turn % lengths.length] ?? 0) + 1;
          found.push(...rowTexts(splitter.take(text.slice(from, from + length))));
          from += length;
        }
        found.push(...rowTexts(splitter.end() ?? 'broken'));
        expect(found).toEqual(expected.map((row) => JSON.stringify(row)));
        expect(splitter.head).toEqual(head);
      }),
    );
  });

  test('of a broken connection have no end', () => {
    const splitter = new RowSplitter();
    expect(splitter.head).toBeNull();
    expect(splitter.end()).toBeNull();
    expect(splitter.take(viewOf([{ a: '1' }, { a: ']}' }]).slice(0, -2))).toBe('{"a":"1"}');
    expect(splitter.end()).toBeNull();
    expect(splitter.take(']')).toBe('');
    expect(splitter.end()).toBeNull();
    expect(splitter.take('}')).toBe('');
    expect(splitter.end()).toBe('{"a":"]}"}');
  });

  test('of an empty result are none', () => {
    const splitter = new RowSplitter();
    expect(splitter.take(viewOf([]))).toBe('');
    expect(splitter.end()).toBe('');
  });
});

test('a row in CSV has every digit, quotes where they are needed, and no value for null', () => {
  expect(
    csvLine('{"calls":"9223372036854775807","avg":5.0,"1":-1.5e-7,"a,b":null,"n":"say \\"hi\\", ok"}'),
  ).toBe('9223372036854775807,5.0,-1.5e-7,,"say ""hi"", ok"\n');
  expect(csvLine('{"a":"","b":"x\\ny","c":"=1"}')).toBe('"","x\ny",=1\n');
  expect(csvLine('{"a":null}')).toBe('""\n');
  expect(csvLine('{"a":null,"b":null}')).toBe(',\n');
  expect(csvHeader([{ name: 'a' }, { name: 'b "c", d' }])).toBe('a,"b ""c"", d"\n');
});

test('a row in a workbook has numbers unless they would lose digits, and texts are never formulas', () => {
  const columns = [calls, average, proxy, hour];
  const cells = (...values: unknown[]) =>
    sheetRow(JSON.stringify(Object.fromEntries(columns.map(({ name }, at) => [name, values[at]]))), columns);
  expect(cells('12', '5.0', '7', '2026-03-01 00:00')).toEqual([12, 5, '7', '2026-03-01 00:00']);
  expect(cells('9007199254740993', null, '=1', null)).toEqual(['9007199254740993', null, '=1', null]);
  expect(cells('(not set)', '', 'a\u0001', 'x')).toEqual(['(not set)', '', 'a_x0001_', 'x']);
  expect(cells(null, null, null, null)).toEqual(['']);
  expect(cells(1, 2.5, 'a, "b": 1', null)).toEqual([1, 2.5, 'a, "b": 1', null]);
  expect(() => cells(1, 1, 'x'.repeat(32_768), null)).toThrow(new CellTooLong('apiproxy'));
  expect(sheetHeader([{ name: '_x0041_' }])).toEqual(['_x005F_x0041_']);
});

describe('sorting', () => {
  const order = (values: readonly Row[string][], column: Column, isDescending = false) =>
    sortRows(
      values.map((value) => ({ [column.name]: value })),
      column,
      isDescending,
      'en',
    );

  test('compares whole numbers by every digit, with missing values last in both directions', () => {
    const values = ['9007199254740993', null, '9007199254740992', '-5', '(not set)', '10', '9'];
    expect(order(values, calls)).toEqual([3, 6, 5, 2, 0, 1, 4]);
    expect(order(values, calls, true)).toEqual([0, 2, 5, 6, 3, 1, 4]);
  });

  test('compares texts by the language, digits in them by value, and keeps the order of equal ones', () => {
    expect(order(['p10', 'p9', 'Ż', 'ą', 'b', null, ''], proxy)).toEqual([6, 3, 4, 1, 0, 2, 5]);
    expect(order(['a', 'b', 'a', 'b'], proxy, true)).toEqual([1, 3, 0, 2]);
  });

  test('compares times, not their texts', () => {
    const values = ['2026-10-25T02:30:00+01:00', '2026-10-25T02:30:00+02:00', '2026-10-25T03:00:00+01:00'];
    expect(order(values, hour)).toEqual([1, 0, 2]);
    expect(order([0.5, null, -2, 1e300], average)).toEqual([2, 0, 3, 1]);
    expect(order([], average)).toEqual([]);
  });

  test('is in the URL, and turns with each click', () => {
    const sorting = { column: 'a:b', isDescending: true };
    expect(sortingOf(sortingText(sorting), [{ name: 'a:b' }])).toEqual(sorting);
    for (const text of [null, '', 'a:b', 'a:b:up', 'gone:asc'])
      expect(sortingOf(text, [{ name: 'a:b' }])).toBeNull();
    const down = nextSorting(null, calls);
    expect(down).toEqual({ column: 'calls', isDescending: true });
    const up = nextSorting(down, calls);
    expect(up).toEqual({ column: 'calls', isDescending: false });
    expect(nextSorting(up, calls)).toBeNull();
    expect(nextSorting(up, proxy)).toEqual({ column: 'apiproxy', isDescending: false });
  });
});

describe('finding', () => {
  const found = (text: string, value: Row[string], column: Column, tag = 'en') =>
    finderOf(text, tag)?.({ [column.name]: value }, column);

  test('ignores letter case and the width of characters', () => {
    expect(found('ŻÓŁ', 'Zażółć żółw', proxy)).toBe(true);
    expect(found('shop', 'SHOP-v2', proxy)).toBe(true);
    expect(found('1', '１', proxy)).toBe(true);
    expect(found('nothing', 'shop', proxy)).toBe(false);
    expect(found('x', null, proxy)).toBe(false);
    expect(finderOf('  ', 'en')).toBeNull();
  });

  test('finds numbers by their digits and as they are shown', () => {
    expect(found('12,345', '12345', calls)).toBe(true);
    expect(found('2345', '12345', calls)).toBe(true);
    expect(found('１２', '12345', calls)).toBe(true);
    expect(found('12 345', '12345', calls, 'pl')).toBe(true);
    expect(found('1,5', 1.5, average, 'pl')).toBe(true);
    expect(found('9007199254740993', '9007199254740993', calls)).toBe(true);
  });

  test('goes over the places that are shown, and around the ends', () => {
    const rows = ['a', 'b', 'a', 'c'].map((apiproxy) => ({ apiproxy }));
    const finder = finderOf('a', 'en');
    if (finder === null) throw new Error('unreachable');
    const range = { order: null, start: 0, endExclusive: 100 };
    expect(findRows(rows, [proxy], finder, range)).toEqual([0, 2]);
    expect(findRows(rows, [proxy], finder, { ...range, order: [3, 2, 1, 0], start: 1 })).toEqual([1, 3]);
    expect([nextHit([0, 2], 0, 1), nextHit([0, 2], 2, 1), nextHit([0, 2], 0, -1), nextHit([], 0, 1)]).toEqual(
      [1, 0, 1, -1],
    );
  });
});

describe('the selection', () => {
  const size = { rows: 100, columns: 3, pageRows: 10 };
  const press = (key: string, from = firstCell, modifiers = {}) =>
    moveSelection(from, { key, isShift: false, isControl: false, ...modifiers }, size);
  const cell = (row: number, column: number) => ({ row, column, anchorRow: row, anchorColumn: column });

  test('moves by cell, page and end, and stays inside', () => {
    expect(press('ArrowDown')).toEqual(cell(1, 0));
    expect(press('ArrowUp')).toEqual(cell(0, 0));
    expect(press('ArrowRight', cell(5, 2))).toEqual(cell(5, 2));
    expect(press('PageDown', cell(95, 1))).toEqual(cell(99, 1));
    expect(press('PageUp', cell(5, 1))).toEqual(cell(0, 1));
    expect(press('End')).toEqual(cell(0, 2));
    expect(press('End', firstCell, { isControl: true })).toEqual(cell(99, 2));
    expect(press('Home', cell(50, 2), { isControl: true })).toEqual(cell(0, 0));
    expect(press('ArrowDown', cell(5, 1), { isControl: true })).toEqual(cell(99, 1));
    expect(press('x')).toBeNull();
    expect(
      moveSelection(firstCell, { key: 'ArrowDown', isShift: false, isControl: false }, { ...size, rows: 0 }),
    ).toBeNull();
  });

  test('grows with Shift, to the row, and to everything', () => {
    const grown = press('ArrowDown', cell(5, 1), { isShift: true });
    expect(grown).toEqual({ row: 6, column: 1, anchorRow: 5, anchorColumn: 1 });
    expect(press(' ', cell(5, 1), { isShift: true })).toEqual({
      row: 5,
      column: 0,
      anchorRow: 5,
      anchorColumn: 2,
    });
    const all = press('a', cell(5, 1), { isControl: true });
    expect(all && cellsOf(all)).toEqual({ firstRow: 0, lastRow: 99, firstColumn: 0, lastColumn: 2 });
    const cells = cellsOf({ row: 6, column: 1, anchorRow: 5, anchorColumn: 2 });
    expect([
      isSelected(cells, 5, 1),
      isSelected(cells, 6, 2),
      isSelected(cells, 7, 1),
      isSelected(cells, 5, 0),
    ]).toEqual([true, true, false, false]);
  });

  test('is copied with every digit, and pasted as one cell whatever the text', () => {
    const rows = [
      { calls: '9007199254740993', avg: 0.1, apiproxy: 'a\tb "c"\nd' },
      { calls: null, avg: -5, apiproxy: '' },
    ];
    expect(tsvOf(rows, [calls, average, proxy])).toBe('9007199254740993\t0.1\t"a\tb ""c""\nd"\n\t-5\t');
    expect(['a\tb', 'a"b', 'a\nb', 'a\rb', 'a,b'].map((apiproxy) => tsvOf([{ apiproxy }], [proxy]))).toEqual([
      '"a\tb"',
      '"a""b"',
      '"a\nb"',
      '"a\rb"',
      'a,b',
    ]);
    expect(tsvOf([], [calls])).toBe('');
  });
});
