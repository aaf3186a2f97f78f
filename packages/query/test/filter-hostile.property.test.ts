import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { suiteSize } from '@hourglass/testing';
import { printFilter, readFilter, type FilterNode } from '../src/index.ts';
import { modelFilters } from './filter-model.ts';
import { dataset } from './random-facts.ts';

const maxMs = 50;

/** Takes the processor time of the cheapest of three runs: a duration would depend on other programs. */
function readInTime(text: string): void {
  for (let left = 3; left > 0; left -= 1) {
    const before = process.cpuUsage();
    const result = readFilter(text, dataset);
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1_000 <= maxMs) {
      // Without `expect`, which takes longer than reading most texts.
      if (result.ok || /^position [0-9]+: (found|expected)/.test(result.message)) return;
      throw new Error(`message: ${result.message}; expected a position and what was found there`);
    }
  }
  throw new Error(
    `${text.length} characters took more than ${maxMs} ms of processor time: ${JSON.stringify(text.slice(0, 200))}`,
  );
}

test('random byte strings, as Latin-1 or UTF-8, are parsed or refused within 50 ms each', () => {
  const bytes = fc.tuple(
    fc.uint8Array({ maxLength: 60 }),
    fc.constantFrom('latin1' as const, 'utf8' as const),
  );
  fc.assert(
    fc.property(bytes, ([random, encoding]) => readInTime(Buffer.from(random).toString(encoding))),
    { numRuns: suiteSize({ short: 15_000, full: 100_000 }) },
  );
}, 60_000);

test('random tokens of the language are parsed or refused within 50 ms', () => {
  const word = fc.constantFrom(
    ...'( ) , and or in notin not like similar to is isnot null eq gt apiproxy fees created 5 1.5'.split(' '),
    ...["'a'", "'%", "''", '"', '\u0000', '\\', '-', "'2026-01-01T00:00:00Z'", "'[a-'", "'(a|b){2}'"],
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), (words) => readInTime(words.join(' '))),
    { numRuns: suiteSize({ short: 4_000, full: 20_000 }) },
  );
});

const items = (count: number) => Array.from({ length: count }, (_, index) => index).join(',');
test.each([
  ['10,000 brackets', '('.repeat(10_000)],
  ['10,000 closing brackets', `apiproxy is null${')'.repeat(10_000)}`],
  ['brackets all over', '('.repeat(65_536)],
  ['100,000 items', `response_status_code in ${items(100_000)}`],
  ['as many items as fit', `response_status_code in ${'1,'.repeat(32_700)}1`],
  ['100,000 conditions', Array(100_000).fill('apiproxy is null').join(' or ')],
  ['as many conditions as fit', Array(3_200).fill('apiproxy is null').join(' or ')],
  ['a number of 60,000 digits', `response_status_code eq ${'9'.repeat(60_000)}`],
  ['a quoted number of 60,000 zeros', `response_status_code eq '${'0'.repeat(60_000)}x'`],
  ['an amount of 60,000 zeros', `fees eq ${'0'.repeat(60_000)}.1234567`],
  ['a field of 60,000 letters', 'x'.repeat(60_000)],
  ['60,000 quotes', `apiproxy eq ${"'".repeat(60_001)}`],
  ['a text of 60,000 characters', `apiproxy eq '${'x'.repeat(60_000)}`],
  ['60,000 brackets in a pattern', `apiproxy similar to '${'('.repeat(60_000)}'`],
  ['1,900 brackets in a pattern', `apiproxy similar to '${'('.repeat(1_900)}'`],
  ['a time of 60,000 digits', `created eq '2026-01-01T00:00:00.${'1'.repeat(60_000)}x'`],
  ['a shown time of 60,000 digits', `created eq '2026-01-01 ${'1'.repeat(60_000)}x'`],
  ['spaces and a NUL', `${' '.repeat(60_000)}\u0000`],
])('hostile input is refused within 50 ms: %s', (_, text) => {
  readInTime(text);
  expect(readFilter(text, dataset).ok).toBe(false);
});

test('a printed filter parses to the same tree', () => {
  const trees = modelFilters.map(({ text }) => {
    const result = readFilter(text, dataset);
    if (!result.ok) throw new Error(`${result.message} in ${text}`);
    return result.filter;
  });
  // Includes trees that the parser does not produce from short texts: "and" within "and", "or"
  // within "or", up to the maximum depth.
  const stacked = fc
    .tuple(
      trees,
      fc.array(fc.tuple(fc.constantFrom('and' as const, 'or' as const), trees, fc.boolean()), {
        maxLength: 40,
      }),
    )
    .map(([first, others]) =>
      others.reduce<FilterNode>(
        (tree, [kind, other, isLeft]) => ({ kind, parts: isLeft ? [other, tree] : [tree, other] }),
        first,
      ),
    );
  fc.assert(
    fc.property(stacked, (tree) => {
      expect(readFilter(printFilter(tree), dataset)).toEqual({ ok: true, filter: tree });
    }),
    { numRuns: suiteSize({ short: 400, full: 2_000 }) },
  );
}, 30_000);
