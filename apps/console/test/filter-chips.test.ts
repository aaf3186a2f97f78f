import { describe, expect, test } from 'vitest';
import { operatorsOf, readChips, writeChips, type FilterChip } from '../src/report/filter-chips.ts';
import { faultIndex, filterTokens } from '../src/report/filter-tokens.ts';

const field = (name: string, type: string) => ({ name, description: '', unit: null, type, functions: [] });
const fields = [
  field('apiproxy', 'string'),
  field('response_status_code', 'integer'),
  field('fees', 'float'),
  field('is_on', 'boolean'),
  field('created', 'datetime'),
];

describe('a filter of conditions', () => {
  const chips: FilterChip[] = [
    { field: 'apiproxy', operator: 'in', values: ['shop', "d'or", '504'] },
    { field: 'response_status_code', operator: 'ge', values: ['500'] },
    { field: 'fees', operator: 'lt', values: ['-1.5'] },
    { field: 'is_on', operator: 'eq', values: ['true'] },
    { field: 'created', operator: 'ge', values: ['2026-11-30T00:00:00Z'] },
    { field: 'apiproxy', operator: 'not like', values: ['%x'] },
    { field: 'response_status_code', operator: 'similar to', values: ['5%'] },
    { field: 'apiproxy', operator: 'isnot null', values: [] },
  ];
  const text =
    "apiproxy in 'shop','d''or','504' and response_status_code ge 500 and fees lt -1.5 and is_on eq 'true' and " +
    "created ge '2026-11-30T00:00:00Z' and apiproxy not like '%x' and response_status_code similar to '5%' and " +
    'apiproxy isnot null';

  test('is written in the language, with numbers as numbers, and read back', () => {
    expect(writeChips(chips, fields)).toBe(text);
    expect(readChips(text)).toEqual(chips);
    expect(writeChips([], fields)).toBe('');
    expect(readChips(' ')).toEqual([]);
    // The API says what is wrong with it.
    expect(writeChips([{ field: 'fees', operator: 'eq', values: ['much'] }], fields)).toBe("fees eq 'much'");
  });

  test.each<[string, FilterChip[]]>([
    [
      "(apiproxy eq 'a' AND fees GT 5)",
      [
        { field: 'apiproxy', operator: 'eq', values: ['a'] },
        { field: 'fees', operator: 'gt', values: ['5'] },
      ],
    ],
    ["apiproxy not in ('a', 'b')", [{ field: 'apiproxy', operator: 'notin', values: ['a', 'b'] }]],
    ['fees is not null', [{ field: 'fees', operator: 'isnot null', values: [] }]],
    ['is_on eq true', [{ field: 'is_on', operator: 'eq', values: ['true'] }]],
    ["apiproxy Similar To 'a'", [{ field: 'apiproxy', operator: 'similar to', values: ['a'] }]],
  ])('is read in each of its forms: %s', (filter, expected) => {
    expect(readChips(filter)).toEqual(expected);
  });

  test.each([
    "apiproxy eq 'a' or fees gt 5",
    "(apiproxy eq 'a') and (fees gt 5)",
    "apiproxy eq 'a",
    'apiproxy eq',
    'apiproxy',
    "apiproxy eq 'a' and",
    "apiproxy eq 'a' fees",
    "apiproxy in ('a'",
    "apiproxy in 'a',",
    'and and and',
    '(',
    ')',
  ])('is no other one, which stays text: %s', (filter) => {
    expect(readChips(filter)).toBeNull();
  });
});

test('a field has the operators of its type', () => {
  expect(operatorsOf('string')).toContain('like');
  for (const type of ['integer', 'float', 'datetime', 'boolean'])
    expect(operatorsOf(type)).not.toContain('like');
  expect(operatorsOf('boolean')).not.toContain('ge');
});

test('tokens never fail and cover what is written', () => {
  const filter = `a eq 'x''y' and "p (ms)" ge -1.5 or 'open`;
  expect(filterTokens(filter).map(({ kind, text }) => [kind, text])).toEqual([
    ['word', 'a'],
    ['word', 'eq'],
    ['text', "x'y"],
    ['word', 'and'],
    ['name', 'p (ms)'],
    ['word', 'ge'],
    ['number', '-1.5'],
    ['word', 'or'],
    ['open', "'open"],
  ]);
  for (const { from, to } of filterTokens(filter)) expect(filter.slice(from, to).trim()).not.toBe('');
});

test('a fault is at the character that its message names', () => {
  expect(faultIndex('abc', 'position 2: found')).toBe(1);
  // Characters outside the first plane have two units.
  expect(faultIndex("a eq '😀' x", 'position 10: found')).toBe(10);
  expect(faultIndex('abc', 'position 9: found')).toBe(3);
  expect(faultIndex('abc', 'is too long')).toBeNull();
});
