import { expect, test } from 'vitest';
import { numberOfText } from '../src/parts/number-text.ts';
import { completionsAt } from '../src/report/filter-completion.ts';

const field = (name: string, type: string) => ({ name, description: '', unit: null, type, functions: [] });
const fields = [field('apiproxy', 'string'), field('is_on', 'boolean'), field('p95 (ms)', 'float')];

function labelsAt(filter: string, position = filter.length): string[] | null {
  return completionsAt(filter, position, fields)?.options.map(({ label }) => label) ?? null;
}

test.each([
  ['', ['apiproxy', 'is_on', '"p95 (ms)"']],
  ['api', ['apiproxy', 'is_on', '"p95 (ms)"']],
  ["apiproxy eq 'a' and ", ['apiproxy', 'is_on', '"p95 (ms)"']],
  ['(', ['apiproxy', 'is_on', '"p95 (ms)"']],
  ['is_on ', ['eq', 'ne', 'is null', 'isnot null']],
  ['is_on eq ', ['true', 'false']],
  ['is_on eq true ', ['and', 'or']],
  ["apiproxy in 'a' ", ['and', 'or']],
  ["(apiproxy in ('a')) ", ['and', 'or']],
  ['apiproxy isnot null ', ['and', 'or']],
  ['apiproxy eq ', []],
  ['apiproxy in (', []],
  ["apiproxy eq 'and ", null],
  ['"p95 (ms)" gt 5', null],
])('after %j come %j', (filter, expected) => {
  expect(labelsAt(filter)).toEqual(expected);
});

test('operators follow the type of the field, and what stands behind does not count', () => {
  expect(labelsAt('apiproxy ')).toContain('like');
  expect(labelsAt('"p95 (ms)" ')).toContain('ge');
  expect(labelsAt('is_on eq true', 3)).toEqual(['apiproxy', 'is_on', '"p95 (ms)"']);
  expect(completionsAt("apiproxy eq 'a' and is", 22, fields)?.from).toBe(20);
});

test('a number is read in full-width digits, and kept while it is none yet', () => {
  expect(numberOfText('１２', true)).toBe(12);
  expect(numberOfText(' 97,5 ', false)).toBe(97.5);
  expect(numberOfText('', true)).toBeNull();
  for (const text of ['9.', '-', 'x', '1e3']) expect(numberOfText(text, false)).toBeUndefined();
  expect(numberOfText('1.5', true)).toBeUndefined();
});
