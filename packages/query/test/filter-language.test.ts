import { describe, expect, test } from 'vitest';
import { catalogue, readFilter, type FilterNode } from '../src/index.ts';

function read(text: string): FilterNode {
  const result = readFilter(text, api());
  if (!result.ok) throw new Error(result.message);
  return result.filter;
}

function faultOf(text: string): string {
  const result = readFilter(text, api());
  return result.ok ? 'no fault' : result.message;
}

function api() {
  const dataset = catalogue.get('api');
  if (dataset === undefined) throw new Error('no dataset');
  return dataset;
}

const isA = { kind: 'compare', field: 'apiproxy', type: 'text', operator: 'eq', value: 'a' } as const;
const isError = { kind: 'compare', field: 'is_error', type: 'integer', operator: 'eq', value: '1' } as const;
const isSlow = {
  kind: 'compare',
  field: 'total_response_time',
  type: 'integer',
  operator: 'gt',
  value: '500',
} as const;
const [a, error, slow] = ["apiproxy eq 'a'", 'is_error eq 1', 'total_response_time gt 500'];

describe('a filter', () => {
  test.each<[string, FilterNode]>([
    [a, isA],
    [`(${a})`, isA],
    [`((\n${a}\t))`, isA],
    ["apiproxy EQ 'a'", isA],
    [`${a} and ${error}`, { kind: 'and', parts: [isA, isError] }],
    [`(${a}) And (${error})`, { kind: 'and', parts: [isA, isError] }],
    [`${a} or ${error} and ${slow}`, { kind: 'or', parts: [isA, { kind: 'and', parts: [isError, isSlow] }] }],
    [`${a} and ${error} or ${slow}`, { kind: 'or', parts: [{ kind: 'and', parts: [isA, isError] }, isSlow] }],
    [
      `(${a} OR ${error}) and ${slow}`,
      { kind: 'and', parts: [{ kind: 'or', parts: [isA, isError] }, isSlow] },
    ],
    [`${a} and ${error} and ${slow}`, { kind: 'and', parts: [isA, isError, isSlow] }],
  ])('%s: "and" binds before "or", brackets before both', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each([
    ["apiproxy in 'a','b'", ['a', 'b']],
    ["(apiproxy in 'a' , 'b')", ['a', 'b']],
    ["apiproxy in ('a', 'b')", ['a', 'b']],
    ["apiproxy In 'it''s'", ["it's"]],
    ["apiproxy in ''", ['']],
    ["apiproxy in ''''", ["'"]],
  ])('a list ends at a bracket, "and", "or" or the end: %s', (text, values) => {
    const list = { kind: 'in', field: 'apiproxy', type: 'text', negated: false, values };
    expect(read(text)).toEqual(list);
    expect(read(`${text} and ${error}`)).toEqual({ kind: 'and', parts: [list, isError] });
    expect(read(`(${text}) or ${error}`)).toEqual({ kind: 'or', parts: [list, isError] });
  });

  test.each([
    ["apiproxy notin 'a'", { kind: 'in', type: 'text', negated: true, values: ['a'] }],
    ["apiproxy NOT IN 'a'", { kind: 'in', type: 'text', negated: true, values: ['a'] }],
    ["apiproxy like 'a%'", { kind: 'like', negated: false, pattern: 'a%' }],
    ["apiproxy Not Like 'a%'", { kind: 'like', negated: true, pattern: 'a%' }],
    ["apiproxy similar  to 'a|b'", { kind: 'similar', negated: false, pattern: 'a|b' }],
    ["apiproxy NOT SIMILAR TO 'a|b'", { kind: 'similar', negated: true, pattern: 'a|b' }],
    ['apiproxy is null', { kind: 'null', negated: false }],
    ['apiproxy ISNOT Null', { kind: 'null', negated: true }],
    ['apiproxy is not null', { kind: 'null', negated: true }],
  ])('%s', (text, condition) => {
    expect(read(text)).toEqual({ field: 'apiproxy', ...condition });
  });

  test.each([
    ['response_status_code eq 0504', 'integer', '504'],
    ["response_status_code eq '504'", 'integer', '504'],
    ['response_size eq -9223372036854775808', 'integer', '-9223372036854775808'],
    ['fees eq 1.50', 'decimal', '1.5'],
    ["fees eq '-0.0'", 'decimal', '0'],
    ['fees eq 999999999999999999.999999', 'decimal', '999999999999999999.999999'],
    ["created eq '2026-01-31T13:45:00'", 'timestamp', '2026-01-31T13:45:00.000Z'],
    ["created eq '2026-01-31T13:45:00+01:00'", 'timestamp', '2026-01-31T12:45:00.000Z'],
    ["created eq '2026-01-31 13:45:00.250 UTC'", 'timestamp', '2026-01-31T13:45:00.250Z'],
    ["ax_hour_of_day eq '05'", 'text', '05'],
  ])('%s has a value of type %s: %s', (text, type, value) => {
    expect(read(text)).toMatchObject({ type, value });
  });
});

describe('a faulty filter is refused with its position, what was found and what is expected', () => {
  test.each([
    ['', 1, 'the end', 'a field name or "("'],
    ['  ()', 4, '")"', 'a field name'],
    ['apiproxy', 9, 'the end', 'an operator: eq, ne'],
    ["apiproxy == 'a'", 10, '"="', 'an operator: eq, ne'],
    ["apiproxy eq 'a' apiproxy", 17, '"apiproxy"', '"and", "or" or the end'],
    ["(apiproxy eq 'a'", 17, 'the end', '"and", "or" or ")"'],
    ["apiproxy eq 'a')", 16, '")"', '"and", "or" or the end'],
    ["apiproxy eq 'a' and", 20, 'the end', 'a field name'],
    ["apiproxy eq 'a' and or", 21, '"or"', 'a dimension or metric'],
    ['apiproxy eq "a"', 13, 'a double quote', 'single quotes'],
    ["apiproxy eq 'a", 13, 'the unterminated text', 'a closing single quote'],
    ["apiproxy in 'a',", 17, 'the end', 'text in single quotes'],
    ["apiproxy in ('a' 'b')", 18, 'the text "b"', '"," or ")"'],
    ['apiproxy in ()', 14, '")"', 'text in single quotes'],
    ["apiproxy not 'a'", 14, 'the text "a"', '"in", "like" or "similar to"'],
    ["apiproxy similar 'a'", 18, 'the text "a"', '"to"'],
    ['apiproxy like 5', 15, '"5"', 'a pattern in single quotes'],
    ['apiproxy is 5', 13, '"5"', '"null"'],
    ['apiproxy isnot not null', 16, '"not"', '"null"'],
    ['apiproxi eq 5', 1, '"apiproxi"', 'Did you mean "apiproxy"?'],
    ['tps gt 5', 1, '"tps"', 'no single fact has'],
    ['app_count gt 5', 1, '"app_count"', 'no single fact has'],
    ['apiproxy eq 5', 13, '"5"', 'text in single quotes, because "apiproxy" is of type text'],
    ["response_status_code eq 'x'", 25, 'the text "x"', 'because "response_status_code" is of type integer'],
    ['response_status_code eq 1.5', 25, '"1.5"', 'a whole number'],
    ['response_size eq 9223372036854775808', 18, '"9223372036854775808"', 'a whole number from'],
    ['response_size eq 1e5', 18, '"1e5"', 'a number such as'],
    ['fees eq 1.1234567', 9, '"1.1234567"', '6 after it'],
    ['created eq 5', 12, '"5"', 'a date and time'],
    ["created eq '2026-02-30T00:00:00Z'", 12, '2026-02-30', 'a date and time'],
    ["apiproxy eq '\u0000'", 13, '"<U+0000 NUL>"', 'NUL'],
    ["apiproxy eq '\ud800'", 13, '"<U+D800>"', 'unpaired surrogates'],
    ["apiproxy eq '\u{1f600}' x", 17, '"x"', '"and", "or" or the end'],
    ["apiproxy like 'a\\'", 15, '"a\\\\"', 'ends in a backslash'],
    ["apiproxy similar to '('", 21, '"("', 'expected ")"'],
    ["apiproxy similar to 'a)'", 21, '"a)"', 'expected "(" before ")"'],
    ["apiproxy similar to '*'", 21, '"*"', 'repeats nothing'],
    ["apiproxy similar to 'a**'", 21, '"a**"', 'repeats nothing'],
    ["apiproxy similar to 'a{2'", 21, '"a{2"', 'expected {2}'],
    ["apiproxy similar to 'a{3,2}'", 21, '"a{3,2}"', 'counts are reversed'],
    ["apiproxy similar to '(a{100}){11}'", 21, '"(a{100}){11}"', 'at most 1000 characters'],
    ["apiproxy similar to '[]'", 21, '"[]"', 'an empty class'],
    ["apiproxy similar to '[a'", 21, '"[a"', 'expected "]"'],
    ["apiproxy similar to '[z-a]'", 21, '"[z-a]"', 'reversed'],
    ["apiproxy similar to '[[:nope:]]'", 21, '"[[:nope:]]"', 'expected one of alpha'],
  ])('%s', (text, position, found, expected) => {
    const message = faultOf(text);
    expect(message).toMatch(new RegExp(`^position ${position}: `));
    expect(message).toContain(`found `);
    expect(message).toContain(found);
    expect(message).toContain(expected);
  });
});

describe('bounds are inclusive', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}${a}${')'.repeat(depth)}`;
  const list = (length: number) => `response_status_code in ${Array(length).fill('1').join(',')}`;
  const chained = (length: number) => Array(length).fill(error).join(' or ');
  test.each([
    ['100 brackets', nested(100), nested(101), 'at most 100 brackets'],
    ['10,000 values', list(10_000), list(10_001), 'at most 10000 values'],
    ['1,000 conditions', chained(1_000), chained(1_001), 'at most 1000 conditions'],
    [
      '65,536 characters',
      `${a}${' '.repeat(65_521)}`,
      `${a}${' '.repeat(65_522)}`,
      'at most 65536 in a filter',
    ],
    [
      'a pattern of 1,000 characters',
      `apiproxy like '${'x'.repeat(1_000)}'`,
      `apiproxy like '${'x'.repeat(1_001)}'`,
      'at most 1000',
    ],
  ])('%s', (_, within, beyond, expected) => {
    expect(faultOf(within)).toBe('no fault');
    expect(faultOf(beyond)).toContain(expected);
  });
});
