import { randomInt } from 'node:crypto';
import {
  catalogue,
  customColumns,
  factsTarget,
  storedColumns,
  withCustomFields,
  type ColumnType,
  type Dataset,
} from '@hourglass/query';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { factColumns } from '../src/bulk/fact-columns.ts';
import { maxPlainLineBytes, plainFields, plainLinePattern } from '../src/bulk/plain-line.ts';
import { RowLines } from '../src/batch/row-lines.ts';
import { rowFormat } from '../src/check/row-format.ts';
import { parseNdjsonLine } from '../src/formats/ndjson.ts';
import { copyLineOf, decodeCopyLine } from './copy-text.ts';

const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
console.log(`seed ${seed}; repeat with SEED=${seed}`);

const dataset = withCustomFields(catalogue.get('api') as Dataset, [
  { id: 31, name: 'dc_total', type: 'INTEGER' },
  { id: 7, name: 'dc_ratio', type: 'FLOAT' },
  { id: 12, name: 'dc_plan', type: 'STRING' },
  { id: 8, name: 'dc_ok', type: 'BOOLEAN' },
  { id: 9, name: 'dc_due', type: 'DATETIME' },
]);
const columns = factColumns(dataset);
const customIds = new Map(customColumns(dataset).map(({ name, customFieldId }) => [name, customFieldId]));
const nowMs = Date.UTC(2026, 10, 22, 12);
const times = { earliestMs: 0, latestMs: nowMs + 86_400_000 };
const format = rowFormat(factsTarget(dataset), { times });
const { check } = format;
const plainLine = new RegExp(
  `^(?:${plainLinePattern(
    plainFields({
      dataset,
      undeclaredFields: 'refuse',
      columns,
      read: columns,
      sampled: new Set(columns.map(({ name }) => name)),
    }),
  )})$`,
);

/**
 * Characters as JSON writes them, escaped and not, valid and invalid, with those at the bounds of
 * the rules.
 */
const character = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
  fc.constantFrom('"', '\\', '/', '\t', '\u001f', '\0', '\u007f', 'é', '😀'),
  fc.constantFrom('\\n', '\\"', '\\\\', '\\/', '\\x', '\\u12'),
  fc
    .oneof(
      fc.constantFrom(0x0000, 0x0001, 0x001f, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff),
      fc.integer({ min: 0, max: 0xffff }),
    )
    .chain((code) => {
      const hex = code.toString(16).padStart(4, '0');
      return fc.constantFrom(`\\u${hex}`, `\\u${hex.toUpperCase()}`);
    }),
  fc.constantFrom('\\ud83d\\ude00', '\\uD83D\\uDE00', '\\ud83d\\u0041', '\\ude00\\ud83d'),
);
const digits = (maxLength: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { maxLength }).map((list) => list.join(''));
const number = fc
  .tuple(fc.constantFrom('', '', '-', '+'), digits(20), fc.constantFrom('', '.'), digits(12))
  .map((parts) => parts.join(''));
const twoDigits = fc.integer({ min: 0, max: 99 }).map((value) => String(value).padStart(2, '0'));
const isoTime = fc
  .tuple(
    fc.constantFrom('1969', '1970', '1989', '1990', '2024', '2026', '0099', '9999', '10000'),
    fc.constantFrom('-02-29', '-11-22', '-12-31', '-13-01', '-00-10', '-2-2'),
    fc.constantFrom('T', ' ', 't', ''),
    fc.tuple(twoDigits, twoDigits, twoDigits).map((parts) => parts.join(':')),
    fc.tuple(fc.constantFrom('', '.', ','), digits(9)).map((parts) => parts.join('')),
    fc.constantFrom('', 'Z', 'z', '+00:00', '+02:00', '-00:00'),
  )
  .map((parts) => parts.join(''));

const literals: Readonly<Record<ColumnType, fc.Arbitrary<string>>> = {
  text: fc.array(character, { maxLength: 12 }).map((list) => `"${list.join('')}"`),
  integer: number,
  decimal: fc.oneof(
    number,
    number.map((text) => `"${text}"`),
  ),
  float: number,
  boolean: fc.constantFrom('true', 'false', 'True', '1', '"true"'),
  timestamp: fc.oneof(
    isoTime.map((text) => `"${text}"`),
    digits(15),
    fc.integer({ min: 10 ** 11, max: nowMs }).map((ms) => `0${ms}`),
    fc.integer({ min: Date.UTC(1969, 0, 1), max: nowMs + 2 * 86_400_000 }).map(String),
  ),
};
const types = [...new Set(columns.map(({ type }) => type))];
const member = fc
  .constantFrom(...types)
  .chain((type) => fc.constantFrom(...columns.filter((column) => column.type === type)))
  .chain(({ name, type }) =>
    fc
      .oneof({ weight: 6, arbitrary: literals[type] }, fc.constantFrom('null', '1e3', '[]', ''))
      .map((literal) => ({ name, literal })),
  );
const time = fc.oneof({ weight: 4, arbitrary: fc.constant('1795341600123') }, literals.timestamp);

/** Returns the value of a matched literal, independently of the row checker. */
function expectedValue(type: ColumnType, literal: string): string | number | bigint | boolean {
  if (type === 'text') return JSON.parse(literal) as string;
  if (type === 'integer') return BigInt(literal);
  if (type === 'decimal') return millionths(literal.replaceAll('"', ''));
  // Minus zero is stored as zero.
  if (type === 'float') return Number(literal) + 0;
  if (type === 'boolean') return literal === 'true';
  const text = literal.replaceAll('"', '').replace(' ', 'T').replace('+00:00', '');
  if (/^\d+$/.test(text)) return Number(text);
  return Date.parse(text.length > 10 && !text.endsWith('Z') ? `${text}Z` : text);
}

/** Returns the cells of a fact by the names of its fields, custom fields included. */
function storedCells(copyLine: string): ReadonlyMap<string, string | null> {
  const cells = decodeCopyLine(copyLine);
  const names = ['timestamp', ...storedColumns(dataset).map(({ name }) => name)];
  const custom = JSON.parse(cells[names.length] ?? '{}') as Record<string, unknown>;
  return new Map([
    ...names.map((name, index) => [name, cells[index] ?? null] as const),
    ...[...customIds].map(([name, id]) => [name, String(custom[id])] as const),
  ]);
}

function storedValue(type: ColumnType, cell: string): string | number | bigint | boolean {
  if (type === 'integer') return BigInt(cell);
  if (type === 'decimal') return millionths(cell);
  if (type === 'float') return Number(cell);
  if (type === 'boolean') return cell === 'true';
  return type === 'timestamp' ? Date.parse(cell) : cell;
}

function millionths(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(`${whole}${fraction.padEnd(6, '0')}`);
}

test('the row checker accepts every line that the bulk pattern matches, with the same values', () => {
  const matched = new Map<ColumnType, number>();
  fc.assert(
    fc.property(
      time,
      fc.uniqueArray(member, { maxLength: 4, selector: ({ name }) => name }),
      (time, members) => {
        const fields = [{ name: 'timestamp', literal: time }, ...members];
        const text = `{${fields.map(({ name, literal }) => `"${name}":${literal}`).join(',')}}`;
        const bytes = Buffer.from(text);
        // Large bodies are checked for UTF-8 first, which cannot encode an unpaired surrogate.
        fc.pre(bytes.toString() === text && bytes.length <= maxPlainLineBytes);
        if (!plainLine.test(bytes.toString('latin1'))) return;
        const raw = parseNdjsonLine({ line: 1, text });
        if ('fault' in raw) throw new Error(raw.fault);
        const checked = check(raw);
        if ('faults' in checked) {
          // Times are checked by the conversion.
          const refused = checked.faults.filter(({ message }) => !message.includes('expected a time'));
          expect(refused).toEqual([]);
          return;
        }
        const stored = storedCells(copyLineOf(checked));
        expect(Date.parse(stored.get('timestamp') ?? '')).toBe(expectedValue('timestamp', time));
        for (const { name, literal } of members) {
          if (literal === 'null') continue;
          const type = columns.find((column) => column.name === name)?.type ?? 'text';
          expect(storedValue(type, stored.get(name) ?? '')).toEqual(expectedValue(type, literal));
          matched.set(type, (matched.get(type) ?? 0) + 1);
        }
      },
    ),
    { seed, numRuns: 10_000 },
  );
  for (const type of types) expect(matched.get(type) ?? 0, type).toBeGreaterThan(20);
});

/** Encodes the lines of a body that are plain. Returns their numbers, and all cells of their rows. */
function encodePlain(body: Buffer) {
  const lines = new RowLines(format.cells);
  const encoder = format.createPlainEncoder(lines);
  const numbers: number[] = [];
  for (let start = 0, number = 0; start <= body.length; number += 1) {
    const end = body.indexOf('\n', start);
    const next = (end < 0 ? body.length : end) + 1;
    const found = encoder?.encodeLine(body, start) ?? -1;
    if (found >= 0) numbers.push(number);
    expect([-1, next]).toContain(found);
    start = next;
  }
  const { lines: encoded, cells, count, least, greatest } = lines.take();
  expect(count).toBe(numbers.length);
  const rows = encoded
    .toString()
    .split(/(?<=\n)/)
    .filter((line) => line !== '')
    .map((line) => {
      const found = decodeCopyLine(line);
      expect(found).toHaveLength(cells.length);
      const row = Array.from({ length: format.cells }, (): string | null => null);
      for (const [index, cell] of cells.entries()) row[cell] = found[index] ?? null;
      return row;
    });
  return { numbers, rows, times: [least, greatest] };
}

const lineOf = (members: readonly { readonly name: string; readonly literal: string }[]) =>
  `{${members.map(({ name, literal }) => `"${name}":${literal}`).join(',')}}`;
const field = fc.oneof(
  { weight: 6, arbitrary: member },
  time.map((literal) => ({ name: 'timestamp', literal })),
  fc.constantFrom({ name: 'unknown', literal: '1' }, { name: 'ax_hour_of_day', literal: 'null' }),
);

test('lines that are encoded from their bytes have the cells that the row checker gives them', () => {
  const encodedOf = new Map<ColumnType, number>();
  const line = fc
    .tuple(time, fc.array(field, { maxLength: 4 }), fc.constantFrom('', '', '\r', ' ', '}', ','))
    .map(([literal, members, end]) => `${lineOf([{ name: 'timestamp', literal }, ...members])}${end}`);
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
      const text = lines.join('\n');
      const body = Buffer.from(text);
      fc.pre(body.toString() === text);
      const { numbers, rows, times: encodedTimes } = encodePlain(body);
      // A generated text may contain a line end.
      const texts = text.split('\n');
      const expected = numbers.map((number) => {
        const raw = parseNdjsonLine({ line: number, text: texts[number] ?? '' });
        if ('fault' in raw) throw new Error(raw.fault);
        const checked = check(raw);
        if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
        for (const { name, type } of columns)
          if (raw.value[name] !== undefined && raw.value[name] !== null)
            encodedOf.set(type, (encodedOf.get(type) ?? 0) + 1);
        return decodeCopyLine(copyLineOf(checked));
      });
      expect(rows).toEqual(expected);
      const expectedTimes = expected.flatMap(([at]) => at ?? []).toSorted();
      expect(encodedTimes).toEqual([expectedTimes[0] ?? null, expectedTimes.at(-1) ?? null]);
    }),
    { seed, numRuns: 4_000 },
  );
  for (const type of types) expect(encodedOf.get(type) ?? 0, type).toBeGreaterThan(20);
});

test.each([
  ['compact', '{"timestamp":"2026-11-22T10:00:00.123Z","apiproxy":"a","response_status_code":503}'],
  ['with spaces', '{"timestamp": 1763805600123, "apiproxy": "é", "response_status_code": null}\r'],
  ['with custom fields', '{"dc_ok":true,"timestamp":"2026-11-22","dc_plan":"gold","dc_total":-7}'],
])('ordinary facts are encoded from their bytes: %s', (_, line) => {
  expect(encodePlain(Buffer.from(`${line}\n${line}`)).numbers).toEqual([0, 1]);
});
